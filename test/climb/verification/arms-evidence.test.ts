import { expect, test } from '@jest/globals';
import { mixtureSpace } from '../../../climb/mixture/mixture-space.ts';
import type { Observation } from '../../../climb/predictor/observations.ts';
import { chooseArms } from '../../../climb/verification/arms.ts';
import { found, rules } from '../../activities/made-search-artifacts.ts';
import { observations, tokens } from '../made-recipe.ts';

const space = mixtureSpace(tokens, {
  ...rules,
  constraints: { ...rules.constraints, bounds: { c0002: { upper: 0.2 } } },
});
const sources = {
  space,
  clusterTokens: tokens.clusters.map((one) => one.tokens),
  targetTokens: 1e6,
  maxEpochs: 4,
  seed: 7,
};

/** The proxies behind the arms where the first observations are marked so. */
const proxies = (marks: readonly Observation['evidence'][]) =>
  chooseArms({
    found: {
      ...found,
      observations: observations.map((one, at) => ({ ...one, ...(marks[at] && { evidence: marks[at] }) })),
    },
    candidates: null,
    count: 3,
    baselines: [],
    sources: { ...sources, found: {} },
  }).map(({ proxy }) => proxy);

test('a run is an observed arm where its mixture is exact and one that the search could have proposed, whosever it is', () => {
  // A third of the second mixture lies on a cluster that may have a fifth: a branch shares such runs, and evidence is.
  expect(proxies([]).sort()).toEqual(['i1-p001', 'i2-p001']);
  expect(proxies([undefined, 'exact']).sort()).toEqual(['i1-p001', 'i2-p001']);
  expect(proxies(['approximate', undefined, 'exact']).sort()).toEqual(['i2-p001']);
});
