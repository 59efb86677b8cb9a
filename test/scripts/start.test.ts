/**
 * The real `scripts/start.ts` and `scripts/dev.ts` with real dev servers, in a copy of the repository whose worker runs a
 * stand-in search. Slow (5 to 10 s a test): each starts a server, bundles a workflow and shuts both down.
 */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../adapters/ports.ts';
import { endProcess, isAlive } from '../../adapters/process-life.ts';
import { readServerRecord } from '../../adapters/server-record.ts';
import { connectClient, connectionSettings } from '../../adapters/temporal-connection.ts';
import { copyRepository, type RepositoryCopy } from './repository-copy.ts';
import { until } from '../until.ts';

jest.setTimeout(60_000);

let copy: RepositoryCopy;
let home: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  copy = await copyRepository(
    ['adapters', 'climb', 'scripts', 'package.json', 'tsconfig.json'],
    ['node_modules', '.venv'],
  );
  await cp(join(import.meta.dirname, 'stand-in/search.ts'), join(copy.root, 'workers/search.ts'));
  await cp(join(import.meta.dirname, 'stand-in/worker.ts'), join(copy.root, 'workers/main.ts'));
  home = join(copy.root, '.climb');
  const [port, uiPort] = await freePorts(2);
  const others = Object.entries(process.env).filter(
    ([name]) => name === 'TEMPORAL_CLI' || !/^(TEMPORAL|CLIMB|NODE_OPTIONS)/.test(name),
  );
  env = { ...Object.fromEntries(others), CLIMB_PORT: String(port), CLIMB_UI_PORT: String(uiPort) };
});

afterEach(async () => {
  const left = readServerRecord(home);
  if (left) await endProcess(left.pid, 1_000);
  await copy.remove();
});

type Running = {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
  says: (text: string) => Promise<void>;
};

function run(script: 'start' | 'dev'): Running {
  const child = spawn(process.execPath, ['--import', 'tsx', `scripts/${script}.ts`], {
    cwd: copy.root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const saying = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      for (const look of saying) look();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const says = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => text.includes(wanted) && resolve();
      saying.add(look);
      look();
      void ended.then((code) => reject(new Error(`ended with ${code} before saying "${wanted}":\n${text}`)));
    });
  return { child, output: () => text, ended, says };
}

const search = (end: string) => copy.write('examples/quickstart.json', JSON.stringify({ end }));

/** The worker: the only child that `npm start` has besides the server, found in the process table. */
async function workerOf(pid: number | undefined): Promise<number> {
  const ps = spawn('ps', ['-eo', 'pid=,ppid=,args=']);
  let table = '';
  ps.stdout.setEncoding('utf8').on('data', (part: string) => (table += part));
  await once(ps, 'close');
  const line = table
    .split('\n')
    .find((row) => row.includes('workers/main.ts') && row.trim().split(/\s+/)[1] === String(pid));
  return Number(line?.trim().split(/\s+/)[0]);
}

test('runs the search, prints the recipe, and leaves no process', async () => {
  await search('now');
  const start = run('start');
  expect([await start.ended, start.output()]).toEqual([0, expect.stringContaining('75.0 %')]);
  expect(start.output()).toMatch(/75\.0 %.*c0001 {2}person act state\n.*25\.0 %.*c0002 {2}whale ship sea/);
  expect(start.output()).toContain('/home/report.md');
  expect(start.output()).toContain(`http://127.0.0.1:${env['CLIMB_UI_PORT']}/namespaces/default/workflows/quickstart`);
  expect(readServerRecord(home)).toBeNull();

  const again = run('start');
  expect(await again.ended).toBe(0);
});

test('a refused search: its reason, exit 1', async () => {
  await search('refused');
  const start = run('start');
  expect(await start.ended).toBe(1);
  expect(start.output()).toContain('climb: the search failed: corpus.path: there is no such folder\nTry:');
  expect(start.output()).not.toContain('    at ');
});

test('killed with -9: the worker goes too, and the next start goes on with the same run', async () => {
  await search('go');
  const first = run('start');
  await first.says('best i1-p002 2.8134');
  const worker = await workerOf(first.child.pid);
  expect(isAlive(worker)).toBe(true);
  first.child.kill('SIGKILL');
  await first.ended;
  await until(() => !isAlive(worker));

  const second = run('start');
  await second.says('proxies 3/8 (1 running)');
  const client = await connectClient(connectionSettings(home, {}));
  const handle = client.workflow.getHandle('quickstart');
  await handle.signal('go');
  expect(await second.ended).toBe(0);
  await client.connection.close();
  expect(readServerRecord(home)).toBeNull();
});

test('terminated: worker and server go, exit 130', async () => {
  await search('go');
  const start = run('start');
  await start.says('search · iteration 1/2');
  const [server, worker] = [readServerRecord(home)?.pid ?? 0, await workerOf(start.child.pid)];
  start.child.kill('SIGTERM');
  expect(await start.ended).toBe(130);
  expect([isAlive(server), isAlive(worker)]).toEqual([false, false]);
});

test('a worker that dies is named, with its last words', async () => {
  await search('now');
  await copy.write('workers/main.ts', 'throw new Error("no room for the workflow bundle")');
  const start = run('start');
  expect(await start.ended).toBe(1);
  expect(start.output()).toMatch(
    /climb: the worker ended \(exit code 1\)[\s\S]*no room for the workflow bundle[\s\S]*Try:/,
  );
});

test('dev stays until Ctrl-C and says what to type', async () => {
  const dev = run('dev');
  await dev.says(
    `workflow start -t climb --type climbSearch -w my-search --input-file examples/quickstart.json --fail-existing --address 127.0.0.1:${env['CLIMB_PORT']}`,
  );
  const server = readServerRecord(home)?.pid ?? 0;
  dev.child.kill('SIGINT');
  expect(await dev.ended).toBe(0);
  expect(isAlive(server)).toBe(false);
});
