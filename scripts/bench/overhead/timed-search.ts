import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import type { Status } from '../../../climb/search/search-views.ts';
import { tinySearch, type Lab } from '../../../test/search-lab.ts';
import { until } from '../../../test/until.ts';
import { startWorker } from '../../worker-process.ts';
import { rounded } from '../bench-process.ts';
import type { TrainingSpec } from './shell-loop.ts';

export type Timed = {
  /** From the first training that was asked for until the last score was there. */
  readonly seconds: number;
  /** Of the whole search: corpus, refit, verification and report too. */
  readonly wholeSeconds: number;
  readonly runs: number;
  /** Of the longest history. */
  readonly eventsPerRun: number;
  /** From the first proxy that was done. */
  readonly memoryGrowthMB: number;
  readonly memoryMB: number;
  readonly spec: TrainingSpec;
};

type How = {
  readonly proxies: number;
  /** Trainings at once. */
  readonly slots: number;
  /** Proxies in flight at once. */
  readonly window: number;
  readonly trainer: 'fake' | 'groups';
};

const id = 'overhead';

/** One batch of mixtures drawn at random, a fit that costs nothing, and the smallest verification. */
const fileOf = ({ proxies, window, trainer }: How) => ({
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer },
  search: {
    schedule: [proxies],
    sampler: 'dirichlet',
    predictor: 'ridge',
    candidates: 100,
    ngram: false,
    stop: { gain: false },
  },
  budget: { proxies: proxies + 4, concurrency: window },
  verify: { candidates: 1, baselines: ['uniform'] },
});

/** Runs such a search with one worker process. */
export async function timedSearch(lab: Lab, how: How): Promise<Timed> {
  const { proxies, slots } = how;
  const worker = startWorker(lab.home, { ...lab.env, CLIMB_TRAIN_SLOTS: String(slots), CLIMB_HEARTBEAT_SECONDS: '20' });
  try {
    const began = performance.now();
    const handle = await lab.start(id, fileOf(how));
    const [spec, memory, result] = await Promise.race([
      Promise.all([firstSpec(lab.home), memoryWhile(worker.pid, handle), handle.result() as Promise<SearchResult>]),
      worker.died,
    ]);
    const wholeSeconds = rounded((performance.now() - began) / 1000, 4);
    if (result.proxies !== proxies + 4) throw new Error(`${result.proxies} proxies instead of ${proxies + 4}`);
    return { ...(await historiesOf(lab, handle.firstExecutionRunId)), ...memory, wholeSeconds, spec };
  } finally {
    await worker.stop();
  }
}

/** What the first training that is seen was asked. */
function firstSpec(home: string): Promise<TrainingSpec> {
  return until(async () => {
    const runs = join(home, 'runs');
    for (const run of await readdir(runs).catch(() => [])) {
      const text = await readFile(join(runs, run, 'spec.json'), 'utf8').catch(() => '{}');
      if (text.includes('tokensPerMember')) return JSON.parse(text) as TrainingSpec;
    }
    return undefined;
  }, 600_000);
}

/** Resident memory of the worker, its trainers not counted, until the search is over. */
async function memoryWhile(pid: number, handle: Awaited<ReturnType<Lab['start']>>) {
  let first: number | undefined;
  let most = 0;
  let over = false;
  handle
    .result()
    .finally(() => (over = true))
    .catch(() => undefined);
  await until(async () => {
    const now = await residentMB(pid);
    if (first === undefined && (await proxiesDone(handle)) > 0) first = now;
    if (first !== undefined) most = Math.max(most, now);
    return over;
  }, 3_600_000);
  return { memoryMB: Math.round(most), memoryGrowthMB: Math.round(most - (first ?? most)) };
}

/** None where the worker is too busy to say. */
async function proxiesDone(handle: Awaited<ReturnType<Lab['start']>>): Promise<number> {
  const status = await handle.query<Status>('status').catch(() => undefined);
  return status?.proxies.done ?? 0;
}

async function residentMB(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}

/** Times of the batch, and how long the histories became. */
async function historiesOf(lab: Lab, firstRun: string) {
  let [runs, eventsPerRun, first, last] = [0, 0, Infinity, 0];
  for (let run: string | null | undefined = firstRun; run; runs++) {
    const { events } = await lab.client.workflow.getHandle(id, run).fetchHistory();
    const trained = new Set<string>();
    for (const event of events ?? []) {
      const scheduled = event.activityTaskScheduledEventAttributes?.activityId ?? '';
      if (/^i1-[gp]\d/.test(scheduled)) {
        trained.add(String(event.eventId));
        first = Math.min(first, tsToMs(event.eventTime));
      }
      const completed = event.activityTaskCompletedEventAttributes?.scheduledEventId;
      if (trained.has(String(completed))) last = Math.max(last, tsToMs(event.eventTime));
    }
    eventsPerRun = Math.max(eventsPerRun, events?.length ?? 0);
    run = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return { seconds: (last - first) / 1000, runs, eventsPerRun };
}
