/** Row 1, with a query that waits for the next worker while messages come. Starts real processes. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import type { Status } from '../../../climb/search/search-views.ts';
import { until } from '../../until.ts';
import {
  digestOf,
  fakeSearch,
  kill,
  openFaultLab,
  temporal,
  undisturbed,
  violations,
  type FaultLab,
} from '../fault-lab.ts';

/**
 * A query and the task of a message wait for the lost worker as long, each from when it came: the next worker has the
 * query so many seconds before the task.
 */
const halfway = 5;

const gated = { ...fakeSearch, gates: ['verify'] as const };

let lab: FaultLab;
beforeEach(async () => {
  lab = await openFaultLab();
}, 60_000);
afterEach(() => lab.close(), 60_000);

const askers = {
  'the Temporal CLI is told to ask again': async () => {
    const asked = temporal(lab, 'workflow', 'query', '-w', 'search', '--type', 'status');
    await expect(asked).rejects.toThrow(/while this query waited for a worker.*: ask again/);
  },
  'this repository asks again': async () => {
    const status = await lab.client.workflow.getHandle('search').query<Status>('status');
    expect(status.phase).not.toBe('waiting');
  },
};

test.each(Object.entries(askers))(
  'row 1: kill -9 of the worker: a query that waited for the next one changes no order of events, and %s',
  async (_, ask) => {
    const expected = digestOf(await undisturbed(fakeSearch));
    const worker = lab.startWorker({ CLIMB_HEARTBEAT_SECONDS: String(2 * halfway) });
    const handle = await lab.start('search', gated);
    await until(async () => (await handle.query<Status>('status')).waitingFor === 'verify', 120_000);
    await kill(worker);
    lab.startWorker();
    // The server may still give a query to the polls of the dead worker, and doesn't show one that waits.
    await pause(1000);
    const asked = ask();
    await pause(halfway * 1000);
    await handle.signal('approve', {});
    await asked;
    await handle.signal('pause', {});
    await until(async () => (await handle.query<Status>('status')).paused);
    await handle.signal('resume', {});
    const result = (await handle.result()) as SearchResult;
    expect(digestOf(result)).toBe(expected);
    expect(await violations(lab, 'search', expected)).toEqual([]);
  },
  300_000,
);
