import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openTasks } from '../../activities/open-tasks.ts';
import type { Ref } from '../../climb/artifact.ts';
import { digest } from '../../climb/content-key.ts';
import type { Problem } from '../../climb/problem.ts';
import { specOf } from '../climb/made-search.ts';
import { place, scratch } from '../adapters/scratch.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

const root = scratch();
let worlds = 0;

const items = (...texts: string[]) => texts.map((text) => `${JSON.stringify({ text })}\n`).join('');
const own = (name: string) => ({ name, path: `${name}.jsonl` });

/** A world with tasks of its own, and a search that reports one of them. */
async function world() {
  const folder = join(root, String(worlds++));
  const deps = worldIn(folder);
  const tasks = {
    old: items('old one', 'old two'),
    fresh: items('fresh one', 'fresh two'),
    told: items('told one', 'told two'),
  };
  for (const [name, lines] of Object.entries(tasks)) await place(join(folder, `${name}.jsonl`), lines);
  await place(join(folder, 'mixed.jsonl'), items('told two', 'mine'));
  const told = items('told one', 'told two').replaceAll('{"text"', '{"id":"1","text"');
  const reported = [await deps.store.put(told)];
  const open = (names: string[], predictor: Ref | null = null) => {
    const spec = specOf({ tasks: names.map(own), report: { tasks: [own('told')] } });
    return perform(openTasks(deps), { spec, reported, predictor });
  };
  return { deps, open };
}

test('new tasks are read and stored, with what scoring them takes', async () => {
  const { deps, open } = await world();
  const opened = await open(['fresh', 'old']);
  const texts = await Promise.all(opened.tasks.map(async (ref) => (await deps.store.read(ref)).toString('utf8')));
  expect(texts.map((text) => text.trim().split('\n').length)).toEqual([2, 2]);
  expect(opened).toMatchObject({ continuations: { search: 4, verify: 6 }, proxies: [], gone: [] });
});

test('the weights of what was observed are found by its score; what has none any more is named', async () => {
  const { deps, open } = await world();
  const observed = await Promise.all(
    ['a', 'b'].map(async (name) => {
      const weights = await deps.store.put(`weights ${name}`);
      const score = await deps.store.putJson({ schema: 1, kind: 'score', weights, tasks: [] });
      return { id: `i1-${name}`, weights, score: score.sha256 };
    }),
  );
  const table = { id: 'e001', score: 'f'.repeat(64) };
  const observations = [...observed, table].map(({ id, score }) => ({ id, weights: [1], losses: [2], score }));
  const predictor = await deps.store.putJson({ schema: 1, kind: 'predictor', observations, predictor: {} });
  const [a, b] = observed as [(typeof observed)[number], (typeof observed)[number]];
  const known = ({ id, score, weights }: typeof a) => ({ id: score, name: id, weights });
  expect(await open(['fresh'], predictor)).toMatchObject({ proxies: [known(a), known(b)], gone: ['e001'] });
  await rm(deps.store.path(a.weights));
  expect(await open(['fresh'], predictor)).toMatchObject({ proxies: [known(b)], gone: ['i1-a', 'e001'] });
});

test('so many proxies that Temporal would not carry them are refused, ten thousand are not', async () => {
  const { deps, open } = await world();
  const weights = await deps.store.put('weights');
  const score = await deps.store.putJson({ schema: 1, kind: 'score', weights, tasks: [] });
  const predictorOf = (count: number) => {
    const observations = Array.from({ length: count }, (_, at) => {
      return { id: `i1-p${at}`, weights: [1], losses: [2], score: digest(String(at)) };
    });
    return deps.store.putJson({ schema: 1, kind: 'predictor', observations, predictor: {} });
  };
  // One score stands for all of them, read once.
  const { store } = deps;
  const [read, has] = [store.readJson.bind(store), store.has.bind(store)];
  store.find = () => Promise.resolve(score);
  store.has = (ref) => (ref === weights ? Promise.resolve(true) : has(ref));
  store.readJson = (ref) => (ref === score ? Promise.resolve({ weights } as never) : read(ref));
  expect((await open(['fresh'], await predictorOf(10_000))).proxies).toHaveLength(10_000);
  const failure = await failureOf(open(['fresh'], await predictorOf(12_000)));
  expect(failure).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true });
  expect(failure.message).toContain('12000 finished proxies would be scored on them');
});

test('items that are reported are refused with both names, beside what can not be read', async () => {
  const { open } = await world();
  const failure = await failureOf(open(['mixed', 'nowhere']));
  expect(failure).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true });
  const [problems = []] = failure.details as Problem[][];
  expect(problems.map(({ path }) => path)).toEqual(['tasks.1', 'report.tasks.0']);
  expect(problems[1]?.message).toContain('1 of the 2 items of "told" are also searched, in "mixed"');
});
