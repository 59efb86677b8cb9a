/** Rows 1 and 2 in the moment between a pause and the checkpoint that it waits for. Starts real processes. */
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import type { Status } from '../../../climb/search/search-views.ts';
import { until } from '../../until.ts';
import {
  digestOf,
  fakeSearch,
  kill,
  noted,
  openFaultLab,
  trainersOf,
  undisturbed,
  violations,
  type FaultLab,
} from '../fault-lab.ts';

/** A checkpoint is a second and a half away: time enough to strike. */
const longSteps = { FAKE_STEPS: '2', FAKE_STEP_MS: '1500' };

let lab: FaultLab;
let expected: string;
beforeAll(async () => {
  expected = digestOf(await undisturbed(fakeSearch, { FAKE_STEPS: longSteps.FAKE_STEPS }));
}, 600_000);
afterEach(() => lab.close(), 60_000);

/** Events of the search's history that say so. */
async function eventsWith(
  attributes: 'activityTaskCancelRequestedEventAttributes' | 'activityTaskCanceledEventAttributes',
) {
  const { events } = await lab.client.workflow.getHandle('search').fetchHistory();
  return (events ?? []).filter((event) => event[attributes]).length;
}

const strikes = {
  'row 1: kill -9 of the worker': kill,
  'row 2: kill -9 of the trainers': (worker: ChildProcess) => {
    for (const pid of trainersOf(worker)) process.kill(pid, 'SIGKILL');
    return Promise.resolve();
  },
};

test.each(Object.entries(strikes))(
  '%s before a paused training has its checkpoint: it counts as cut, and goes on',
  async (name, strike) => {
    lab = await openFaultLab(longSteps);
    const worker = lab.startWorker();
    const handle = await lab.start('search', fakeSearch);
    await until(async () => (await noted(lab, 'start')).length >= 2, 180_000);
    await handle.signal('pause', { mode: 'checkpoint' });
    await until(async () => (await eventsWith('activityTaskCancelRequestedEventAttributes')) === 2);
    await strike(worker);
    if (name.startsWith('row 1')) lab.startWorker();

    const status = await until(async () => {
      const now = await handle.query<Status>('status');
      return now.proxies.running === 0 && now;
    });
    expect(status.proxies).toMatchObject({ done: 0, failed: 0 });
    expect(await eventsWith('activityTaskCanceledEventAttributes')).toBeLessThan(2);
    await handle.signal('resume', {});
    const result = (await handle.result()) as SearchResult;
    expect(digestOf(result)).toBe(expected);
    expect(await violations(lab, 'search', expected)).toEqual([]);
  },
  600_000,
);
