import { expect, test } from '@jest/globals';
import { InfeasibleConstraints } from '../../../climb/mixture/constraints.ts';
import { mixtureSpace, spaceRules, targetTokens, uniformMixtureTokens } from '../../../climb/mixture/mixture-space.ts';
import type { SearchFile } from '../../../climb/spec/search-file.ts';
import { clusters, tokens } from '../made-recipe.ts';
import { specOf } from '../made-search.ts';

const spaceOf = (changes: Partial<SearchFile>) => mixtureSpace(tokens, spaceRules(specOf(changes)));

test('the axes are the clusters of the tokens, the prior their shares', () => {
  const space = spaceOf({});
  expect(space.clusters).toEqual(clusters);
  expect(space.prior).toEqual([0.5, 0.375, 0.125]);
  expect(space.constraints).toEqual({ lower: [0, 0, 0], upper: [1, 1, 1] });
});

test('caps on repetition count at the target, and where there is none at the tokens of a proxy', () => {
  expect(targetTokens(specOf())).toBe(499_712);
  expect(targetTokens(specOf({ target: { tokens: 4e10 } }))).toBe(4e10);
  expect(spaceOf({ target: { tokens: 10_000_000 } }).constraints.upper).toEqual([0.8, 0.6, 0.2]);
  expect(spaceOf({ target: { tokens: 10_000_000 }, constraints: { maxEpochs: 3 } }).constraints.upper).toEqual([
    0.6, 0.45, 0.15,
  ]);
});

test('bounds of the file hold beside the caps; one that is left out is no bound', () => {
  const bounds = { c0000: { upper: 0.4 }, c0001: { lower: 0.1 }, c0002: { lower: 0.05, upper: 0.9 } };
  const { constraints } = spaceOf({ target: { tokens: 10_000_000 }, constraints: { bounds } });
  expect(constraints).toEqual({ lower: [0, 0.1, 0.05], upper: [0.4, 0.6, 0.2] });
});

test.each<[string, Partial<SearchFile>, string]>([
  ['a bound for no cluster', { constraints: { bounds: { c0009: { lower: 0.1 } } } }, 'constraints.bounds.c0009'],
  [
    'a lower bound over the cap',
    { target: { tokens: 10_000_000 }, constraints: { bounds: { c0002: { lower: 0.3 } } } },
    'constraints.bounds.c0002.lower',
  ],
  [
    'upper bounds under 1',
    { constraints: { bounds: { c0000: { upper: 0.3 }, c0001: { upper: 0.3 }, c0002: { upper: 0.3 } } } },
    'constraints',
  ],
  ['a target that the corpus can not fill', { target: { tokens: 4e10 } }, 'constraints.maxEpochs'],
])('%s is refused', (_, changes, path) => {
  try {
    spaceOf(changes);
  } catch (error) {
    expect(error).toBeInstanceOf(InfeasibleConstraints);
    expect((error as InfeasibleConstraints).problems.map((problem) => problem.path)).toContain(path);
    return;
  }
  throw new Error('accepted');
});

test('what a uniform mixture needs of all clusters together counts at a proxy, whatever the target', () => {
  expect(uniformMixtureTokens(specOf({ target: { tokens: 4e10 } }))).toBe(Math.ceil(499_712 / 4));
  expect(uniformMixtureTokens(specOf({ constraints: { maxEpochs: 1 } }))).toBe(499_712);
});

test('a known domain is bounded by its name or by its cluster', () => {
  const named = { ...tokens, clusters: tokens.clusters.map((shard, at) => ({ ...shard, label: `domain ${at}` })) };
  const bounds = { 'domain 1': { lower: 0.1 }, c0002: { upper: 0.2 } };
  const { constraints } = mixtureSpace(
    named,
    spaceRules(specOf({ clusters: { field: 'domain' }, constraints: { bounds } })),
  );
  expect(constraints).toEqual({ lower: [0, 0.1, 0], upper: [1, 1, 0.2] });
});

test('a bound for a name that no domain has is refused', () => {
  const spec = specOf({ clusters: { field: 'domain' }, constraints: { bounds: { news: { lower: 0.1 } } } });
  expect(() => mixtureSpace(tokens, spaceRules(spec))).toThrow(/constraints\.bounds\.news/);
});
