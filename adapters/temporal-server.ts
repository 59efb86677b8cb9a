import { execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from './home.ts';
import { isPortFree } from './ports.ts';
import { endProcess, isAlive } from './process-life.ts';
import { needingRoom } from './disk-full.ts';
import { acquireLock } from './lock.mjs';
import { readServerRecord, removeServerRecord, writeServerRecord, type ServerRecord } from './server-record.ts';
import { MINIMUM_CLI, findTemporalCli } from './temporal-cli.mjs';
import { clusterIdOnceServing } from './temporal-health.ts';
import { connectClient, connectionSettings, NoServer } from './temporal-connection.ts';

const HOST = '127.0.0.1';
const STOP_GRACE_MS = 10_000;
/** Between two looks at whether the server still runs. */
const WATCH_MS = 1000;
/** The dev server forgets closed workflows after a day by default; a search is read, branched and compared for longer. */
const RETENTION = '90d';

/**
 * A write-ahead log that is synced at each commit: as durable as the default, a journal file for each transaction, at a
 * fraction of the cost.
 */
const PRAGMAS = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=FULL'];

/** A file that isn't there: both the CLI and the SDK then read no profile, where an empty file makes the SDK fail. */
const NO_PROFILE = '/nonexistent/temporal.toml';

/** Registered at start: setting an unregistered one would block a workflow for ever. */
const SEARCH_ATTRIBUTES = {
  ClimbPhase: 'Keyword',
  ClimbBranchOf: 'Keyword',
  ClimbIteration: 'Int',
  ClimbProxiesTrained: 'Int',
  ClimbBestScore: 'Double',
};

export type TemporalServer = {
  address: string;
  /** null for a server that somebody else runs: only they know where its UI is. */
  uiAddress: string | null;
  /** Rejects when the server of this state folder is gone although nobody stopped it; never resolves. */
  died: Promise<never>;
  /** Ends the server if this process answers for it, and leaves any other alone. */
  stop: () => Promise<void>;
};

/**
 * A Temporal server that answers. In this order: the one named in TEMPORAL_ADDRESS; the one already running for this
 * state folder (a killed `npm start` leaves it behind); a new dev server on `<home>/temporal.db`. Of several callers at
 * once one starts it, and the others use it.
 *
 * @throws {NoServer} with what to do, when the named server is silent, a port is taken or the dev server doesn't start
 */
export async function ensureServer({
  home,
  env = process.env,
}: {
  home: string;
  env?: NodeJS.ProcessEnv;
}): Promise<TemporalServer> {
  if (env['TEMPORAL_ADDRESS']) {
    const settings = connectionSettings(home, env);
    await (await connectClient(settings)).connection.close();
    const { address } = settings.connectionOptions;
    return { address, uiAddress: null, died: new Promise(() => undefined), stop: () => Promise.resolve() };
  }
  return alone(home, async () => (await reuse(home)) ?? (await start(home, env)));
}

/** Looks after a server's process, one that an earlier command left behind too. */
function watched(home: string, { pid, address, uiAddress }: ServerRecord, end: () => Promise<void>): TemporalServer {
  let stopping = false;
  const died = new Promise<never>((_, reject) => {
    const timer = setInterval(() => {
      if (!stopping && isAlive(pid)) return;
      clearInterval(timer);
      if (stopping) return;
      reject(
        new NoServer(
          `the Temporal dev server at ${address} has ended, and without it no search goes on. Its last words, from ${logOf(home)}:\n${lastLines(logOf(home))}\nTry: the same command again; searches go on where they were.`,
        ),
      );
    }, WATCH_MS).unref();
  });
  died.catch(() => undefined); // whoever races it handles it
  const stop = () => {
    stopping = true;
    return end();
  };
  return { address, uiAddress, died, stop };
}

/** The environment for a child or a CLI that must use this server, whatever profile or variables point elsewhere. */
export function environmentFor(
  server: Pick<TemporalServer, 'address' | 'uiAddress'>,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  if (env['TEMPORAL_ADDRESS']) return env;
  const others = Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_') || name === 'TEMPORAL_CLI');
  return { ...Object.fromEntries(others), TEMPORAL_ADDRESS: server.address, TEMPORAL_CONFIG_FILE: NO_PROFILE };
}

async function reuse(home: string): Promise<TemporalServer | null> {
  const record = readServerRecord(home);
  if (!record || !isAlive(record.pid)) return null;
  const clusterId = await clusterIdOnceServing(record.address, () => isAlive(record.pid));
  if (clusterId === null || (record.clusterId !== null && record.clusterId !== clusterId)) return null;
  // Only a server known by its database is ever stopped: its process number alone could be somebody else's by now.
  const adopted = record.clusterId !== null && !isAlive(record.owner);
  if (adopted) await writeServerRecord(home, { ...record, owner: process.pid });
  return watched(home, record, adopted ? () => stop(home, record) : () => Promise.resolve());
}

async function start(home: string, env: NodeJS.ProcessEnv): Promise<TemporalServer> {
  const cli = findTemporalCli(repositoryRoot, env);
  if (!cli) {
    throw new NoServer(
      `no Temporal CLI ${MINIMUM_CLI} or newer ${env['TEMPORAL_CLI'] ? `at TEMPORAL_CLI=${env['TEMPORAL_CLI']}` : 'on PATH or in .venv'}. ` +
        'It is the server that keeps searches alive. Try: `node scripts/setup.mjs`, which brings one.',
    );
  }
  const port = await requireFree(env['CLIMB_PORT'] || '7233', 'CLIMB_PORT');
  const uiPort = await requireFree(env['CLIMB_UI_PORT'] || '8233', 'CLIMB_UI_PORT');
  const address = `${HOST}:${port}`;
  const uiAddress = `http://${HOST}:${uiPort}`;

  mkdirSync(home, { recursive: true });
  const log = openSync(logOf(home), 'a');
  const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const server = spawn(
    cli.path,
    [
      'server',
      'start-dev',
      '--db-filename',
      join(home, 'temporal.db'),
      ...PRAGMAS,
      '--ip',
      HOST,
      '--port',
      port,
      '--ui-port',
      uiPort,
      '--log-level',
      'warn',
      ...attributes,
    ],
    // A group of its own: Ctrl-C reaches us alone, and the worker can say goodbye before the server goes.
    { stdio: ['ignore', log, log], detached: true, env },
  );
  closeSync(log);
  server.unref();
  server.on('error', () => undefined); // seen below as a process that isn't there
  const record: ServerRecord = { pid: server.pid ?? -1, owner: process.pid, address, uiAddress, clusterId: null };
  await writeServerRecord(home, record);

  const lives = () => server.pid !== undefined && server.exitCode === null && server.signalCode === null;
  const clusterId = await clusterIdOnceServing(address, lives);
  // Another folder's server may have taken the port since it was free: then ours ends, and what answered was that one.
  if (clusterId === null || !lives()) {
    await end(home, record);
    throw new NoServer(
      `the Temporal dev server (${cli.path} ${cli.version}) didn't start serving at ${address}. Its last words, from ${logOf(home)}:\n${lastLines(logOf(home))}\nTry: what they say, or name a running server in TEMPORAL_ADDRESS.`,
    );
  }
  await writeServerRecord(home, { ...record, clusterId });
  await promisify(execFile)(
    cli.path,
    ['operator', 'namespace', 'update', '-n', 'default', '--retention', RETENTION, '--address', address],
    { env: environmentFor(record, env) },
  );
  return watched(home, record, () => stop(home, record));
}

/** In turn, so that nobody who comes now takes up a server that is about to end; a full disk allows no turns, but this. */
const stop = (home: string, record: ServerRecord): Promise<void> =>
  alone(home, () => end(home, record)).catch(() => end(home, record));

async function end(home: string, record: ServerRecord): Promise<void> {
  if (record.pid > 0) await endProcess(record.pid, STOP_GRACE_MS);
  await removeServerRecord(home, record);
}

async function requireFree(port: string, variable: string): Promise<string> {
  if (await isPortFree(Number(port))) return port;
  throw new NoServer(
    `port ${port} of ${HOST} is taken, or isn't a port, so the Temporal dev server can't listen there. ` +
      `Try: ${variable}=<another port>, or, if a Temporal server of yours is the one listening, TEMPORAL_ADDRESS=${HOST}:${port}.`,
  );
}

/** Who starts, takes over or stops the server of a state folder does so alone. */
async function alone<T>(home: string, act: () => Promise<T>): Promise<T> {
  const path = join(home, 'server.lock');
  const release = await needingRoom(path, undefined, () => acquireLock(path, () => undefined));
  try {
    return await act();
  } finally {
    release();
  }
}

const logOf = (home: string) => join(home, 'temporal-server.log');

const lastLines = (path: string): string =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-8)
    .map((line) => `  ${line}`)
    .join('\n');
