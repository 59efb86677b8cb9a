/** Searches that go on from an iteration of another: from one that runs, that is done, that Temporal has forgotten. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkflowFailedError } from '@temporalio/client';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../adapters/home.ts';
import type { Compared } from '../../climb/comparison/compared-searches.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Snapshot } from '../../climb/search/snapshot.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { mixtureKey } from '../../climb/mixture/mixture.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '40' });
}, 60_000);

afterAll(() => lab.close(), 60_000);

/** Three iterations: 4, 2 and 2 proxies, then 8 to verify. */
const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { ...tinySearch.search, stop: { gain: false as const } },
};

const recipeOf = async ({ recipe }: SearchResult) => JSON.parse(await readFile(recipe.path, 'utf8')) as Recipe;
const run = async (id: string, search: object) => (await (await lab.start(id, search)).result()) as SearchResult;
const from = (search: string, iteration: number | undefined, changes: object = {}) => ({
  branchFrom: { search, ...(iteration !== undefined && { iteration }) },
  ...changes,
});
const ids = ({ evidence }: Recipe) => evidence.observations.map(({ id }) => id);
const keys = ({ evidence }: Recipe) => evidence.observations.map(({ weights }) => mixtureKey(weights));

async function activityIds(workflowId: string): Promise<string[]> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityId ?? []);
}

/** What a search decided, apart from what its file says and what it is called. */
function decided({ spec: _spec, hashes, run: _run, digest: _digest, ...body }: Recipe) {
  return { ...body, hashes };
}

describe('a branch of a search that runs', () => {
  let parent: Recipe;
  let branch: Recipe;

  test('ends with a recipe of its own, and what they share cost it no proxy', async () => {
    const running = await lab.start('parent', file);
    await until(async () => (await running.query<Status>('status')).iteration >= 1);
    const handle = await lab.start('branch', from('parent', 1, { seed: 11 }));
    const status = await until(async () => {
      const now = await handle.query<Status>('status');
      return now.branch !== undefined && now;
    });
    expect(status.branch).toEqual({ search: 'parent', iteration: 1, of: ['parent'], shared: 4 });

    branch = await recipeOf((await handle.result()) as SearchResult);
    parent = await recipeOf((await running.result()) as SearchResult);
    expect(branch.digest).not.toBe(parent.digest);
    expect(ids(branch)).toEqual(ids(parent));
    expect(branch.evidence.observations.slice(0, 4)).toEqual(parent.evidence.observations.slice(0, 4));
    // The parent had 16 and had spent 4: 12 are left, 4 of them for the iterations.
    expect(parent.run.charged.proxies).toBe(16);
    expect(branch.run.charged).toMatchObject({ proxies: 12, trainTokens: 12 * 8192 });
    expect(branch.run.proxies.done).toBe(12);
    expect(branch.verified).toBe(true);
    expect((await activityIds('branch')).filter((id) => id.startsWith('i1-') || id === 'ingest')).toEqual([]);
  }, 120_000);

  test('proposes nothing that its parent trained, and trains with the seed of the line', () => {
    expect(keys(branch).slice(4)).not.toEqual(keys(parent).slice(4));
    expect(new Set(keys(branch)).size).toBe(keys(branch).length);
    expect(branch.seeds).toMatchObject({ search: 11, training: 7 });
  });

  test('says where it comes from: in recipe, report and search attribute', async () => {
    expect(branch.run.branch).toMatchObject({ search: 'parent', iteration: 1, of: ['parent'], shared: 4, seed: 7 });
    const report = await readFile(join(lab.home, 'searches', 'branch', 'report.md'), 'utf8');
    expect(report).toContain(
      '- Goes on from iteration 1 of parent: 4 scored proxies shared, at no cost to this search',
    );
    expect(report).toContain('- Changed: seed');
    const children = await until(async () => {
      const found: string[] = [];
      for await (const { workflowId } of lab.client.workflow.list({ query: 'ClimbBranchOf = "parent"' })) {
        found.push(workflowId);
      }
      return found.length > 0 && found;
    });
    expect(children).toEqual(['branch']);
  }, 120_000);

  test('started again from the search.json beside its report it gives the same digest, for nothing', async () => {
    const text = await readFile(join(lab.home, 'searches', 'branch', 'search.json'), 'utf8');
    const trained = (await lab.trainings()).length;
    const again = await run('branch again', JSON.parse(text) as object);
    expect(again.recipe.digest).toBe(branch.digest);
    expect(again.fromLedger).toBe(again.proxies);
    expect((await lab.trainings()).length).toBe(trained);
  }, 120_000);

  test('later files are assigned to its clusters by its own id', async () => {
    const frozen = (id: string) => readFile(join(lab.home, 'searches', id, 'domain-set.json'), 'utf8');
    expect(await frozen('branch')).toBe(await frozen('parent'));
  });

  test('that changes nothing decides as its parent did, from the ledger alone', async () => {
    for (const iteration of [0, 1, 2]) {
      const same = await recipeOf(await run(`same ${iteration}`, from('parent', iteration)));
      expect(decided(same)).toEqual(decided(parent));
      expect(same.run.proxies.fromLedger).toBe(same.run.charged.proxies);
      expect(same.run.charged.proxies).toBe(16 - [0, 4, 6][iteration]!);
    }
  }, 120_000);
});

describe('a branch changes', () => {
  test('constraints and predictor: what was learnt is fitted and drawn anew, once', async () => {
    const changes = {
      constraints: { bounds: { c0000: { upper: 0.3 } } },
      search: { predictor: 'ridge', iterations: 3 },
      budget: { proxies: 14 },
    };
    const recipe = await recipeOf(await run('bounded', from('parent', 2, changes)));
    expect(recipe.evidence.iterations).toBe(3);
    const own = recipe.evidence.observations.slice(6);
    expect(own.map(({ id }) => id)).toEqual(['i3-p001', 'i3-p002']);
    for (const { weights } of own) expect(weights[0]).toBeLessThanOrEqual(0.3 + 1e-9);
    expect(recipe.weights[0]?.weight).toBeLessThanOrEqual(0.3 + 1e-9);
    const activities = await activityIds('bounded');
    expect(activities.slice(0, 4)).toEqual(['open', 'b-refit', 'b-prune', 'commit']);
    expect(recipe.spec.search).toMatchObject({ first: 4, batch: 2, predictor: 'ridge' });
  }, 120_000);

  test('the searched tasks: proxies that it shares are scored on them from their weights', async () => {
    const swapped = { tasks: [{ name: 'reported', path: 'reported.jsonl' }], report: { tasks: tinySearch.tasks } };
    const trained = (await lab.trainings()).filter((line) => line.startsWith('start ')).length;
    const handle = await lab.start('retasked', from('parent', 1, swapped));
    const result = (await handle.result()) as SearchResult;
    const recipe = await recipeOf(result);
    const parent = await recipeOf({
      recipe: { path: join(lab.home, 'searches', 'parent', 'recipe.json') },
    } as SearchResult);
    expect(recipe.evidence.observations.slice(0, 4).map(({ weights }) => weights)).toEqual(
      parent.evidence.observations.slice(0, 4).map(({ weights }) => weights),
    );
    expect(recipe.evidence.observations[0]?.losses).not.toEqual(parent.evidence.observations[0]?.losses);
    expect(recipe.spec.tasks.map(({ name }) => name)).toEqual(['reported']);
    expect(recipe.run.charged.proxies).toBe(12);
    const starts = (await lab.trainings()).filter((line) => line.startsWith('start ')).length - trained;
    expect(starts).toBeLessThanOrEqual(12);
  }, 120_000);

  test('the last iteration into a verification of its own', async () => {
    const result = await run('verified', from('parent', undefined, { verify: { seeds: 3 }, budget: { proxies: 12 } }));
    const recipe = await recipeOf(result);
    expect(recipe.spec.branchFrom).toEqual({ search: 'parent', iteration: 3 });
    expect(recipe.evidence.observations).toHaveLength(8);
    expect(recipe.evidence.verification?.arms.map(({ seeds }) => seeds)).toEqual([3, 3, 3, 3]);
    expect(result.proxies).toBe(12);
  }, 120_000);
});

test("a limit of iterations that a message set is the branch's too, unless its file has one", async () => {
  const handle = await lab.start('limited', { ...file, seed: 21 });
  await until(async () => (await handle.query<Status>('status')).iteration >= 1);
  await handle.executeUpdate('setBudget', { args: [{ iterations: 2 }] });
  const limited = await recipeOf((await handle.result()) as SearchResult);
  expect(limited.evidence.iterations).toBe(2);
  const [same, more] = await Promise.all([
    recipeOf(await run('limited too', from('limited', 2))),
    recipeOf(await run('limited no more', from('limited', 2, { search: { iterations: 3 } }))),
  ]);
  expect(decided(same)).toEqual(decided(limited));
  expect(more.evidence.iterations).toBe(3);
}, 120_000);

test('what comes before a branch is open is judged by its own file, or not at all', async () => {
  const early = (id: string, signal: string, payload: object, changes: object = {}) =>
    lab.client.workflow.signalWithStart('climbSearch', {
      ...{ taskQueue: 'climb', workflowId: id, args: [from('parent', 2, changes)] },
      ...{ signal, signalArgs: [payload] },
    });
  const [tasks, gate] = await Promise.all([
    early('early tasks', 'setTasks', { tasks: [{ name: 'reported', path: 'reported.jsonl' }] }),
    early('early gate', 'approve', {}, { gates: ['verify'] }),
  ]);
  await until(async () => (await gate.query<Status>('status')).waitingFor === 'verify');
  await gate.signal('approve', {});
  for (const handle of [tasks, gate]) {
    expect(((await handle.result()) as SearchResult).verified).toBe(true);
    const { rejected } = await handle.query<Status>('status');
    expect(rejected.map(({ reason }) => reason)).toEqual([expect.stringContaining("the branch isn't open yet")]);
  }
}, 120_000);

describe('what a snapshot of an earlier version says', () => {
  const kept = (id: string, at: number) => join(lab.home, 'searches', id, 'iterations', `${at}.json`);

  test('is enough to go on from, by a budget of its own', async () => {
    const parent = JSON.parse(await readFile(join(lab.home, 'searches', 'parent', 'recipe.json'), 'utf8')) as Recipe;
    const { carried: _carried, ...old } = JSON.parse(await readFile(kept('parent', 1), 'utf8')) as Snapshot;
    await mkdir(join(lab.home, 'searches', 'old', 'iterations'), { recursive: true });
    await writeFile(kept('old', 1), JSON.stringify(old));
    const [one, none] = await Promise.all([
      recipeOf(await run('old 1', from('old', 1, { budget: { proxies: 12 } }))),
      recipeOf(await run('old 0', from('old', 0, { budget: { proxies: 16 } }))),
    ]);
    expect(decided(one)).toEqual(decided(parent));
    expect(decided(none)).toEqual(decided(parent));
    expect((await activityIds('old 1')).slice(0, 4)).toEqual(['open', 'ngram', 'b-refit', 'b-prune']);
  }, 120_000);

  test('is not enough for other tasks', async () => {
    const tasks = { tasks: [{ name: 'reported', path: 'reported.jsonl' }], report: { tasks: tinySearch.tasks } };
    const handle = await lab.start('old tasks', from('old', 1, { budget: { proxies: 12 }, ...tasks }));
    const failure = (await handle.result().catch((error: unknown) => error)) as WorkflowFailedError;
    expect((failure.cause?.cause as Error).message).toContain('tasks: the snapshot is of an earlier version');
  }, 120_000);
});

test('the trunk of a line is trained once', async () => {
  const proxy = { ...file.proxy, warmStart: { tokens: 16_384 } };
  const whole = await recipeOf(await run('with trunk', { ...file, proxy, budget: { proxies: 15, concurrency: 2 } }));
  const branch = await recipeOf(await run('from trunk', from('with trunk', 1)));
  expect(whole.run.charged.proxies).toBe(15);
  expect(branch.run.charged.proxies).toBe(10);
  expect(branch.hashes['trunk']).toBe(whole.hashes['trunk']);
  expect(decided(branch)).toEqual(decided(whole));
  expect(await activityIds('from trunk')).not.toContain('trunk');
}, 120_000);

test('a branch of a branch, two of one iteration at once, and a parent with any name that Temporal has forgotten', async () => {
  const odd = '../odd name|`$(x)`';
  const first = await recipeOf(await run(odd, from('parent', 1, { seed: 12 })));
  await lab.client.workflowService.deleteWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: odd },
  });
  const [one, two] = await Promise.all(['one', 'two'].map(async (id) => recipeOf(await run(id, from(odd, 2)))));
  expect(one?.digest).toBe(two?.digest);
  expect(one?.run.branch).toMatchObject({ search: odd, iteration: 2, of: [odd, 'parent'], shared: 6 });
  expect(one?.evidence.observations.slice(0, 6)).toEqual(first.evidence.observations.slice(0, 6));
  expect(decided(one as Recipe)).toEqual(decided(first));
}, 120_000);

describe('from the command line', () => {
  const climb = (...args: string[]) =>
    new Promise<{ code: number; out: string; error: string }>((resolve) => {
      const tsx = join(repositoryRoot, 'node_modules', '.bin', 'tsx');
      const options = { cwd: lab.home, env: lab.env };
      execFile(tsx, [join(repositoryRoot, 'scripts', 'climb.ts'), ...args], options, (failure, out, error) => {
        resolve({ code: failure === null ? 0 : Number(failure.code), out, error });
      });
    });

  test('two searches are compared from what is kept of them', async () => {
    const [text, json, nobody] = await Promise.all([
      climb('compare', 'parent', 'branch'),
      climb('compare', 'branch', 'parent', '--json'),
      climb('compare', 'parent', 'nobody'),
    ]);
    expect(text).toMatchObject({ code: 0, error: '' });
    expect(text.out).toContain('branch comes from parent and shares 4 scored proxies with what it goes on from');
    expect(text.out).toMatch(/^ {2}reported bitsPerByte {2}a \d\.\d{4} \[/m);
    expect(text.out).toContain('  budget.proxies: 16 | 12\n  seed: 7 | 11\n');
    const compared = JSON.parse(json.out) as Compared;
    expect(compared).toMatchObject({
      a: { search: 'branch', verified: true, cost: { proxies: 12 }, branchOf: { of: ['parent'], iteration: 1 } },
      b: { search: 'parent', verified: true, cost: { proxies: 16 }, branchOf: null },
      ancestry: { nearest: 'parent' },
    });
    expect(compared.scores.tasks.map(({ task }) => task)).toEqual(['reported']);
    expect(compared.weights?.distance).toBeGreaterThan(0);
    expect(nobody.code).toBe(1);
    expect(nobody.error).toContain('nothing is kept of a search "nobody" here (kept are:');
  }, 120_000);

  test('a branch file is checked against the search that it goes on from', async () => {
    const files = {
      fine: from('parent', 1, { seed: 5 }),
      unknown: from('parent', 9),
      other: from('parent', 1, { proxy: { tokens: 1 } }),
    };
    const paths = Object.entries(files).map(async ([name, content]) => {
      const path = join(lab.home, `${name}.json`);
      await writeFile(path, JSON.stringify(content));
      return path;
    });
    const [fine, unknown, other] = await Promise.all((await Promise.all(paths)).map((path) => climb('check', path)));
    expect(fine).toMatchObject({ code: 0, error: '' });
    expect(fine?.out).toContain('goes on from iteration 1 of parent, with its 4 scored proxies, which cost nothing');
    expect(fine?.out).toMatch(/^proxies {3}12 \(4 to search, 8 to verify\)$/m);
    expect(fine?.out).toMatch(/^schedule {2}2 each: 2 iterations after the 1 that it shares$/m);
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown?.error).toContain(
      'branchFrom.iteration: "parent" has no snapshot of iteration 9; it has 0, 1, 2, 3;',
    );
    expect(other?.error).toContain("proxy.tokens: the parent's proxies have that shape");
  }, 120_000);
});

test('a branch that continues as new is still the same branch', async () => {
  const parent = JSON.parse(await readFile(join(lab.home, 'searches', 'parent', 'recipe.json'), 'utf8')) as Recipe;
  await lab.replaceWorker({ maxHistory: 30 });
  const handle = await lab.start('in many runs', from('parent', 1));
  const branch = await recipeOf((await handle.result()) as SearchResult);
  const { raw } = await lab.client.workflow.getHandle('in many runs').describe();
  expect(raw.workflowExecutionInfo?.execution?.runId).not.toBe(handle.firstExecutionRunId);
  expect(decided(branch)).toEqual(decided(parent));
  expect(branch.run.branch).toMatchObject({ search: 'parent', iteration: 1, shared: 4 });
}, 120_000);

test('a corpus that is gone is not needed any more', async () => {
  await rm(join(lab.home, 'corpus'), { recursive: true });
  const result = await run('without corpus', from('parent', 1, { search: { batch: 1 } }));
  expect(result).toMatchObject({ verified: true, proxies: 12 });
}, 120_000);
