import { expect, test } from '@jest/globals';
import { evidenceInBrief } from '../../../climb/search/evidence-in-brief.ts';
import { finishRecipe, type RecipeBody } from '../../../climb/search/recipe.ts';
import { bodyOf, run } from '../made-recipe.ts';

const brief = (body: RecipeBody) => evidenceInBrief(finishRecipe(body, run));
const found = bodyOf([2.5, 2.6, 2.9, 3]);

test('the recommended arm beside each baseline, and how the intervals were had', () => {
  expect(brief(found)).toMatchObject({
    interval: 'bootstrap',
    advantages: [
      { arm: 'observed-1', against: 'uniform', advantage: expect.closeTo(0.4, 9) },
      { arm: 'observed-1', against: 'proportional', advantage: expect.closeTo(0.5, 9) },
    ],
    pareto: { observed: ['i2-p001'], arms: ['observed-1'] },
  });
});

test('guards, missing baselines and saved tokens, where there are any', () => {
  expect(brief(found)).not.toHaveProperty('breakGuards');
  const guard = { task: 'piqa', maxLoss: 0.1, excess: 0.3, upper: 0.4 };
  const reached = { tokens: 1000, atMost: false };
  const body: RecipeBody = {
    ...found,
    evidence: {
      ...found.evidence,
      guards: [
        { ...guard, arm: 'uniform', kept: false },
        { ...guard, arm: 'observed-1', kept: true },
      ],
      missingBaselines: [{ baseline: 'regmix', why: 'failed' }],
      efficiency: { arm: 'observed-1', tokens: 4000, points: [], reached, earliest: null, latest: null, skipped: [] },
    },
  };
  expect(brief(body)).toMatchObject({
    breakGuards: ['uniform'],
    missingBaselines: ['regmix'],
    efficiency: { tokens: 4000, reached, earliest: null, latest: null },
  });
});

test('nothing where nothing was verified', () => {
  expect(brief(bodyOf(null))).toBeNull();
});
