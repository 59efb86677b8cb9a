import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../adapters/home.ts';
import { readServerRecord } from '../../adapters/server-record.ts';
import { findTemporalCli } from '../../adapters/temporal-cli.mjs';
import { ensureServer, environmentFor } from '../../adapters/temporal-server.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { checkSearch } from '../../scripts/checker/check-search.ts';
import type { History } from '../../scripts/checker/history.ts';
import { isAlive } from '../adapters/is-alive.ts';
import { openLab, openServedLab, tinySearch, type Lab } from '../search-lab.ts';
import { until } from '../until.ts';

/** A search of sixteen proxies with the fake trainer, as every row starts it. */
export const fakeSearch = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };

/** Steps that are slow enough to be struck in the middle. */
export const slowSteps = { FAKE_STEPS: '8', FAKE_STEP_MS: '40' };

export const digestOf = ({ recipe }: SearchResult) => recipe.digest;

/** What the search ends with where nothing goes wrong. */
export async function undisturbed(file: object, fakeTrainer: Record<string, string> = {}): Promise<SearchResult> {
  const lab = await openServedLab(fakeTrainer);
  try {
    return (await (await lab.start('undisturbed', file)).result()) as SearchResult;
  } finally {
    await lab.close();
  }
}

/** A lab whose workers and server are processes that a test may strike. */
export async function openFaultLab(...given: Parameters<typeof openLab>) {
  const lab = await openLab(...given);
  const workers: ChildProcess[] = [];
  let server = lab.server;
  return {
    ...lab,
    /** A worker as people start it, in a process of its own. */
    startWorker: (env: NodeJS.ProcessEnv = {}): ChildProcess => {
      const worker = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
        cwd: repositoryRoot,
        // What killed ones left is swept by the next that starts, which takes it for theirs after a second.
        env: {
          ...lab.env,
          CLIMB_HEARTBEAT_SECONDS: '2',
          CLIMB_LEFTOVER_SECONDS: '1',
          CLIMB_LIFE_LINE: 'stdin',
          ...env,
        },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      workers.push(worker);
      return worker;
    },
    /** Another server on the same database and port. */
    restartServer: async () => {
      server = await ensureServer({ home: lab.home, env: lab.env });
    },
    stopWorkers: async () => {
      for (const worker of workers) await kill(worker);
    },
    close: async () => {
      for (const worker of workers) await kill(worker);
      await server.stop();
      await lab.close();
    },
  };
}

export type FaultLab = Awaited<ReturnType<typeof openFaultLab>>;

/** SIGKILL; returns when it is dead. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

export async function killServer({ home }: Pick<Lab, 'home'>): Promise<void> {
  const pid = readServerRecord(home)?.pid;
  if (pid === undefined) throw new Error(`no server of ${home} is known`);
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
}

/** Trainers that a worker runs now: its children that were told to train or to serve. */
export function trainersOf({ pid }: ChildProcess): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid && /trainer/.test(commandOf(child)));
}

const parentOf = (pid: number) => Number(/\) . (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1]);
const commandOf = (pid: number) => read(`/proc/${pid}/cmdline`);

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Everything that was ever paid for is gone: the next search of this lab begins with nothing. */
export async function forget({ home }: Pick<Lab, 'home'>): Promise<void> {
  for (const folder of ['artifacts', 'ledger', 'runs', 'searches', 'speeds']) {
    await rm(join(home, folder), { recursive: true, force: true });
  }
}

/** Trainings under way: whose process works in which folder on which proxy, and what it could go on from, newest last. */
export function trainingsUnderWay({ home }: Pick<Lab, 'home'>) {
  const runs = join(home, 'runs');
  return named(runs).flatMap((name) => {
    const folder = join(runs, name);
    const [owner, spec] = [read(join(folder, 'owner.json')), read(join(folder, 'spec.json'))];
    if (owner === '' || !spec.includes('"budget"')) return [];
    const { pid } = JSON.parse(owner) as { pid: number };
    const { members } = JSON.parse(spec) as { members: { id: string; seed: number }[] };
    return [{ folder, pid, member: members[0]!, checkpoints: named(join(folder, 'checkpoints')) }];
  });
}

/** Names in a folder, sorted, but for what is being written. */
function named(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}

/**
 * What the checker finds wrong with a search that has ended, whose workers are stopped first: I1 to I7 and I10; the
 * others have tests of their own.
 */
export async function violations(lab: FaultLab, search: string, digest: string): Promise<string[]> {
  await lab.stopWorkers();
  const stdout = await temporal(lab, 'workflow', 'show', '-w', search, '-o', 'json');
  return checkSearch({
    home: lab.home,
    search,
    runs: [JSON.parse(stdout) as History],
    digest,
    // In the environment of its trainers, and of nothing else.
    mark: join(lab.home, 'trainings.log'),
    workflows: { workflowsPath: join(repositoryRoot, 'workflows', 'index.ts') },
  });
}

/** What the Temporal CLI prints, as people use it. */
export async function temporal({ env, server }: Pick<Lab, 'env' | 'server'>, ...args: string[]): Promise<string> {
  const cli = findTemporalCli(repositoryRoot, env)?.path ?? 'temporal';
  const options = { maxBuffer: 1e9, env: environmentFor(server, env) };
  return (await promisify(execFile)(cli, [...args, '--address', server.address], options)).stdout;
}

/** How long an outage lasts is part of the fault. */
export const outage = (seconds: number) => pause(seconds * 1000);

/** What each activity of a search needed, by its id: its attempts, and why the last but one failed. */
export async function triesOf({ client }: Pick<Lab, 'client'>, workflowId: string) {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const ids = new Map<string, string>();
  const tries = new Map<string, { attempts: number; type: string; message: string }>();
  for (const event of events ?? []) {
    const { activityTaskScheduledEventAttributes: scheduled, activityTaskStartedEventAttributes: started } = event;
    if (scheduled?.activityId) ids.set(String(event.eventId), scheduled.activityId);
    if (!started) continue;
    const { attempt, lastFailure, scheduledEventId } = started;
    const type = lastFailure?.applicationFailureInfo?.type ?? '';
    const made = { attempts: attempt ?? 1, type, message: lastFailure?.message ?? '' };
    tries.set(ids.get(String(scheduledEventId)) ?? '', made);
  }
  return tries;
}

/** Lines of the fake's log that begin with a word: `start KEY STEP`, `step KEY STEP`. */
export const noted = async ({ trainings }: Pick<Lab, 'trainings'>, word: 'start' | 'step') =>
  (await trainings()).filter((line) => line.startsWith(`${word} `));
