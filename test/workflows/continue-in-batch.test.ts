/** Searches whose histories become too long for one run of the workflow while a batch of proxies is under way. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { budgetOf, Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

/** So few events that a batch takes several runs. */
const maxHistory = 50;
const updates = 40;
let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '20' });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { ...tinySearch.search, first: 14, batch: 6, stop: { gain: false as const } },
  budget: { proxies: 28, concurrency: 3 },
};
const grouped = {
  ...file,
  seed: 3,
  proxy: { ...file.proxy, trainer: 'groups' },
  search: { ...file.search, first: 20 },
  budget: { proxies: 34, concurrency: 4 },
};
const readRecipe = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Recipe;

/** Activities of each run of a search, first to last. */
async function activitiesOf(workflowId: string, firstRun: string): Promise<string[][]> {
  const runs: string[][] = [];
  for (let run: string | null | undefined = firstRun; run;) {
    const { events } = await lab.client.workflow.getHandle(workflowId, run).fetchHistory();
    runs.push((events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityId ?? []));
    run = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

test.each([
  ['one by one', file],
  ['in groups', grouped],
])(
  'a search that trains %s goes on inside a batch, samples nothing twice, and gives the same digest',
  async (how, search) => {
    await lab.replaceWorker({ maxHistory: 10_000 });
    const undisturbed = await lab.start(`whole ${how}`, search);
    const whole = (await undisturbed.result()) as SearchResult;
    const [activities] = await activitiesOf(`whole ${how}`, undisturbed.firstExecutionRunId);

    await lab.replaceWorker({ maxHistory });
    const handle = await lab.start(`continued ${how}`, search);
    const result = (await handle.result()) as SearchResult;
    expect(result.recipe.digest).toBe(whole.recipe.digest);
    expect(result).toMatchObject({ proxies: whole.proxies, verified: true });

    const runs = await activitiesOf(`continued ${how}`, handle.firstExecutionRunId);
    expect(runs.flat().sort()).toEqual([...(activities as string[])].sort());
    const cut = runs.slice(0, -1).map((ids) => ids.findLast((id) => !id.endsWith('-evaluate')));
    expect(cut.some((id) => /^i1-[gp]/.test(id ?? ''))).toBe(true);
    expect(cut.some((id) => /^v-/.test(id ?? ''))).toBe(true);
  },
  180_000,
);

describe('while a search continues again and again', () => {
  test('every update is answered, every signal counts, and refused ones stay in its status', async () => {
    await lab.replaceWorker({ maxHistory });
    // It waits for the last of them at its end.
    const handle = await lab.start('steered', { ...file, seed: 4, gates: ['report'] });
    const status = () => handle.query<Status>('status');
    await until(async () => (await status()).proxies.done > 0);
    for (let sent = 1; sent <= updates; sent++) {
      const args: [object] = [{ proxies: 28, reason: `change ${sent}` }];
      const { budget } = await handle.executeUpdate<ReturnType<typeof budgetOf>, [object]>('setBudget', { args });
      expect(budget.proxies).toBe(28);
      if (sent <= 15) await handle.signal('setBudget', { proxies: -sent });
      if (sent === 20) {
        await handle.executeUpdate('pause', { args: [{}] });
        await until(async () => (await status()).proxies.running === 0);
        await handle.signal('resume', {});
      }
    }
    await handle.executeUpdate('approve', { args: [{ gate: 'report' }] });
    const { recipe } = (await handle.result()) as SearchResult;
    const changes = Array.from({ length: updates }, (_, at) => `proxies = 28 (change ${at + 1})`);
    const { run } = await readRecipe(recipe.path);
    expect(run.budgetChanges.map(({ change }) => change)).toEqual(changes.slice(-20));
    expect(run.proxies).toMatchObject({ failed: 0, diverged: 0 });
    const { rejected } = await status();
    expect(rejected).toHaveLength(15);
    expect(new Set(rejected.map(({ name }) => name))).toEqual(new Set(['setBudget']));
    expect((await activitiesOf('steered', handle.firstExecutionRunId)).length).toBeGreaterThan(3);
  }, 240_000);

  test('cancelling it inside a batch leaves a recipe of the iterations before, and nothing in flight', async () => {
    await lab.replaceWorker({ maxHistory });
    const handle = await lab.start('cancelled', { ...file, seed: 5 });
    await until(async () => {
      const { runId } = await lab.client.workflow.getHandle('cancelled').describe();
      const { iteration, proxies } = await handle.query<Status>('status');
      return iteration === 1 && proxies.done > 14 && runId !== handle.firstExecutionRunId;
    });
    await lab.client.workflow.getHandle('cancelled').cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    const recipe = await readRecipe(`${lab.home}/searches/cancelled/recipe.json`);
    expect(recipe).toMatchObject({ verified: false, stoppedBy: 'cancelled' });
    expect(recipe.evidence.observations).toHaveLength(14);
    expect((await handle.query<Status>('status')).proxies.running).toBe(0);
  }, 120_000);

  test('finishEarly now while a verification is on its way to the next run verifies by what is trained', async () => {
    const failing = join(tmpdir(), `climb-failing-device-${process.pid}`);
    const slow = await openServedLab({ FAKE_STEP_MS: '250', FAKE_FAIL: failing });
    try {
      await slow.replaceWorker({ maxHistory: 15, trainSlots: 1 });
      const handle = await slow.start('finished', {
        ...file,
        search: { schedule: [2] },
        verify: { candidates: 1, seeds: 3, baselines: ['proportional'] },
        budget: { proxies: 8, concurrency: 2 },
      });
      const verifying = async (done: number, running: number) => {
        const { phase, proxies } = await handle.query<Status>('status');
        return phase === 'verify' && proxies.done === done && proxies.running === running;
      };
      // Both of the search and the arms with the first seed, four steps each.
      const before = 4 * 4;
      await until(async () => (await slow.trainings()).filter((line) => line.startsWith('step')).length > before);
      // The other proxy finds no device until the first is done, which fills the history: the search waits for it.
      await writeFile(failing, '72');
      await until(() => verifying(5, 1));
      await handle.signal('finishEarly', { after: 'now' });
      await rm(failing);
      expect(await handle.result()).toMatchObject({ verified: true, proxies: 6 });
    } finally {
      await slow.close();
    }
  }, 120_000);
});
