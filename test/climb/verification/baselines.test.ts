import { describe, expect, test } from '@jest/globals';
import { mixtureSpace, spaceRules } from '../../../climb/mixture/mixture-space.ts';
import { baselineMixture, baselineSentences, type BaselineSources } from '../../../climb/verification/baselines.ts';
import { baselineNames } from '../../../climb/spec/verify-part.ts';
import type { SearchFile } from '../../../climb/spec/search-file.ts';
import { tokens } from '../made-recipe.ts';
import { specOf } from '../made-search.ts';

function sourcesOf(changes: Partial<SearchFile> = {}, own: Partial<BaselineSources> = {}): BaselineSources {
  const rules = spaceRules(specOf(changes));
  return {
    space: mixtureSpace(tokens, rules),
    clusterTokens: tokens.clusters.map((cluster) => cluster.tokens),
    targetTokens: rules.targetTokens,
    maxEpochs: rules.constraints.maxEpochs,
    seed: 7,
    found: {},
    ...own,
  };
}

test('every baseline has a sentence that says what it is', () => {
  // RegMix trains fewer where the search does, more where it needs them, and as many as it is told.
  expect(baselineSentences.regmix).not.toContain('as many');
  expect(Object.keys(baselineSentences).sort()).toEqual([...baselineNames].sort());
});

test('uniform and proportional, moved to the nearest mixture that keeps the constraints', () => {
  expect(baselineMixture('uniform', sourcesOf())).toEqual([0.333334, 0.333333, 0.333333]);
  expect(baselineMixture('proportional', sourcesOf())).toEqual([0.5, 0.375, 0.125]);
  const capped = sourcesOf({ target: { tokens: 10_000_000 } });
  expect(baselineMixture('uniform', capped)).toEqual([0.4, 0.4, 0.2]);
  expect(baselineMixture('proportional', capped)).toEqual([0.5, 0.375, 0.125]);
});

test('UniMax is as even as the target run can be within its epochs', () => {
  expect(baselineMixture('unimax', sourcesOf())).toEqual([0.333334, 0.333333, 0.333333]);
  // 12 million tokens at 4 epochs: the smallest has 2 million to give, the others 5 each.
  expect(baselineMixture('unimax', sourcesOf({ target: { tokens: 12_000_000 } }))).toEqual([
    0.416667, 0.416667, 0.166666,
  ]);
});

describe('random', () => {
  test('is one draw of the search’s seed', () => {
    const one = baselineMixture('random', sourcesOf());
    expect(one).toEqual(baselineMixture('random', sourcesOf()));
    expect(one).not.toEqual(baselineMixture('random', sourcesOf({}, { seed: 8 })));
  });

  test('lies around the corpus as it is', () => {
    const draws = Array.from({ length: 400 }, (_, seed) => baselineMixture('random', sourcesOf({}, { seed })));
    [0.5, 0.375, 0.125].forEach((share, at) => {
      const mean = draws.reduce((sum, weights) => sum + (weights[at] as number), 0) / draws.length;
      expect(Math.abs(mean - share)).toBeLessThan(0.04);
    });
  });
});

describe('what has to be found', () => {
  test.each(['ngram', 'regmix'] as const)('%s is what was found, within the constraints', (name) => {
    const found = { [name]: [0.1, 0.1, 0.8] };
    expect(baselineMixture(name, sourcesOf({}, { found }))).toEqual([0.1, 0.1, 0.8]);
    const capped = sourcesOf({ target: { tokens: 10_000_000 } }, { found });
    expect(baselineMixture(name, capped)).toEqual([0.4, 0.4, 0.2]);
  });

  test('and was not is refused', () => {
    expect(() => baselineMixture('ngram', sourcesOf())).toThrow('the baseline "ngram" has to be found first');
  });
});
