/** What a worker keeps of a workflow for who debugs it, on a real dev server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { until } from '../until.ts';

let lab: ServedLab;
beforeAll(async () => {
  lab = await openServedLab();
}, 60_000);
afterAll(() => lab.close(), 60_000);

test('workflows keep call stacks only for a worker that is told to', async () => {
  const handle = await lab.start('waiting', {
    ...tinySearch,
    proxy: { ...tinySearch.proxy, trainer: 'fake' },
    gates: ['search'],
  });
  await until(async () => (await handle.query<Status>('status')).waitingFor === 'search');
  expect(await handle.query('__stack_trace')).not.toContain('    at ');
  await lab.replaceWorker({ callStacks: true });
  expect(await handle.query('__stack_trace')).toContain('workflows/gates.ts');
  await handle.terminate();
}, 120_000);
