/** Row 23 of the fault matrix: ten thousand signals to one search. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '../../../climb/search/recipe.ts';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import { until } from '../../until.ts';
import { fakeSearch, forget, noted, openFaultLab, type FaultLab } from '../fault-lab.ts';

const signals = 10_000;
const atOnce = 100;
const megabytes = 200;

const holding = join(tmpdir(), `climb-holding-${process.pid}`);
let lab: FaultLab;
beforeAll(async () => {
  lab = await openFaultLab({ FAKE_HOLD: holding });
}, 120_000);
afterAll(async () => {
  await rm(holding, { force: true });
  await lab.close();
}, 60_000);

/** The most memory that a process ever held, in MB. */
const peak = async (pid: number) =>
  Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1000;

test('row 23: 10,000 signals, good and bad: the search completes with what the last one says, and its memory is that of any search', async () => {
  const worker = lab.startWorker();
  // What any search takes, and no signal had a part in.
  await (await lab.start('none', fakeSearch)).result();
  const before = await peak(worker.pid!);
  await forget(lab);
  await writeFile(join(lab.home, 'trainings.log'), '');
  await writeFile(holding, '');
  const handle = await lab.start('many', fakeSearch);
  await until(async () => {
    const status = await handle.query<{ phase: string }>('status').catch(() => undefined);
    return status?.phase === 'search';
  }, 600_000);
  // As many as one run of a workflow takes. Good ones and bad ones: the last is what the search file says.
  for (let sent = 0; sent < signals; sent += atOnce) {
    const batch = Array.from({ length: atOnce }, (_, at) => {
      const concurrency = at % 10 === 8 ? 'many' : 1 + (at % 7);
      return { concurrency, reason: `signal ${sent + at}` };
    });
    const last = sent + atOnce === signals ? batch.pop() : undefined;
    await Promise.all(batch.map((change) => handle.signal('setBudget', change)));
    if (last) await handle.signal('setBudget', { ...last, concurrency: fakeSearch.budget.concurrency });
  }
  await rm(holding);
  const result = (await handle.result()) as SearchResult;
  expect(result.verified).toBe(true);
  expect(await noted(lab, 'start')).toHaveLength(16);
  expect((await peak(worker.pid!)) - before).toBeLessThan(megabytes);
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
  expect(recipe.run.budget.concurrency).toBe(fakeSearch.budget.concurrency);
  expect(JSON.stringify(recipe.run).length).toBeLessThan(100_000);
}, 900_000);
