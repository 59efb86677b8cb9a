import { expect, test } from '@jest/globals';
import { otherMeasure, type MeasureNow, type MeasureThen } from '../../../climb/exchange/same-measure.ts';
import { smallSpec } from '../made-recipe.ts';

const { proxy } = smallSpec;
const now: MeasureNow = { spec: smallSpec, trainer: 'torch 2', items: ['p', 'a'], trunk: 'w' };
const then: MeasureThen = {
  spec: smallSpec,
  items: { piqa: 'p', arc_easy: 'a' },
  recipe: { versions: { trainer: 'torch 2' } },
  hashes: {},
};
const given = (checkpoint: string) => ({
  ...smallSpec,
  proxy: { ...proxy, warmStart: { checkpoint, tokenizer: 'tokenizer.json' } },
});
const trained = (tokens: number, seed = smallSpec.seed) => ({
  ...smallSpec,
  seed,
  proxy: { ...proxy, warmStart: { tokens } },
});

test('alike, whatever else the search files say', () => {
  expect(otherMeasure(then, now)).toBeNull();
  expect(otherMeasure({ ...then, spec: { ...smallSpec, seed: 9 } }, now)).toBeNull();
  expect(otherMeasure({ ...then, spec: trained(1e6) }, { ...now, spec: trained(1e6) })).toBeNull();
});

test.each<[string, Partial<MeasureThen>, string]>([
  ['other tasks', { spec: { ...smallSpec, tasks: smallSpec.tasks.slice(1) } }, 'other tasks'],
  ['a longer proxy', { spec: { ...smallSpec, proxy: { ...proxy, tokens: 9e6 } } }, 'proxies of another shape'],
  [
    'a target that makes pools',
    { spec: { ...smallSpec, target: { tokens: 1e9 } } },
    'of each cluster and not 0.499712 (',
  ],
  ['another trainer', { recipe: { versions: { trainer: 'torch 1' } } }, 'with the trainer torch 1 and not torch 2'],
  ['a trunk', { spec: trained(1e6) }, 'proxies that started from other weights'],
  ['a checkpoint', { spec: given('a') }, 'proxies that started from other weights'],
  ['other items', { items: { piqa: 'p', arc_easy: 'b' } }, 'other items of arc_easy'],
])('%s', (_, changes, said) => {
  expect(otherMeasure({ ...then, ...changes }, now)).toContain(said);
});

test('a given trunk is compared by its weights, or where they aren’t kept by its path', () => {
  const other = 'proxies that started from other weights';
  const beside = (spec: MeasureThen['spec'], hashes: MeasureThen['hashes']) =>
    otherMeasure({ ...then, spec, hashes }, { ...now, spec: given('a') });
  expect(beside(given('elsewhere'), { trunk: 'w' })).toBeNull();
  expect(beside(given('a'), { trunk: 'v' })).toBe(other);
  expect(beside(given('a'), {})).toBeNull();
  expect(beside(given('elsewhere'), {})).toBe(other);
});

test('a trained trunk follows from its tokens and the seed', () => {
  const other = 'proxies that started from other weights';
  expect(otherMeasure({ ...then, spec: trained(2e6) }, { ...now, spec: trained(1e6) })).toBe(other);
  expect(otherMeasure({ ...then, spec: trained(1e6, 8) }, { ...now, spec: trained(1e6, 7) })).toBe(other);
});

test('a snapshot doesn’t say what the items were: what its search file says of them is compared', () => {
  const snapshot = { ...then, items: null, recipe: null };
  const task = smallSpec.tasks[0]!;
  expect(otherMeasure(snapshot, now)).toBeNull();
  for (const changed of [
    { ...task, path: 'mine.jsonl' },
    { ...task, items: 100 },
  ]) {
    const spec = { ...smallSpec, tasks: [changed, ...smallSpec.tasks.slice(1)] };
    expect(otherMeasure({ ...snapshot, spec }, now)).toBe('other items of piqa');
    expect(otherMeasure({ ...then, spec }, now)).toBeNull();
  }
});
