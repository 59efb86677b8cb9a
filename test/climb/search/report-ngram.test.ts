import { expect, test } from '@jest/globals';
import type { NgramEvidence } from '../../../climb/ngram/ngram-evidence.ts';
import { finishRecipe } from '../../../climb/search/recipe.ts';
import { ngramSection } from '../../../climb/search/report-ngram.ts';
import type { Arm } from '../../../climb/verification/arms.ts';
import { weighEvidence } from '../../../climb/verification/evidence.ts';
import { arms, bodyOf, run, runsAt, smallSpec } from '../made-recipe.ts';

const ngram: NgramEvidence = {
  optimum: [0.3, 0.699, 0.001],
  predicted: { optimum: 2.1, recipe: 2.15, uniform: 2.3, proportional: 2.25 },
  agreement: { objective: 0.875, tasks: [0.9, null] },
};

/** Levels of the arms of made-recipe and, where there is a fifth, of the n-gram optimum. */
function section(levels: readonly number[] | null, margin?: number): string {
  const body = bodyOf(levels && levels.slice(0, 4));
  const beside: Arm = { id: 'ngram', role: 'baseline', weights: ngram.optimum };
  const runs = runsAt(levels ?? []).map((of) =>
    of.map((score) => ({
      ...score,
      tasks: score.tasks.map((task) => ({ ...task, ...(margin !== undefined && { margin }) })),
    })),
  );
  const weighed = levels && weighEvidence(smallSpec, levels.length > 4 ? [...arms, beside] : arms, runs);
  const evidence = weighed && { verification: weighed.verification, arms: weighed.arms };
  const arm = weighed?.recommendation.arm ?? null;
  return ngramSection(finishRecipe({ ...body, arm, evidence: { ...body.evidence, ...evidence, ngram } }, run)).join(
    '\n\n',
  );
}

test('what was counted, how the proxies agree, and the optimum beside the recipe', () => {
  const text = section([2.5, 2.6, 2.9, 3, 2.8]);
  expect(text).toContain('| n-gram optimum | 2.1000 |\n| **recipe** | 2.1500 |\n| uniform | 2.3000 |');
  expect(text).toContain('Over the 3 proxies of the search');
  expect(text).toContain('Spearman correlation of 0.88 (piqa 0.90, arc_easy –)');
  // The third cluster has a tenth of the recipe, though next to nothing of the optimum; the largest stands first.
  expect(text).toContain('| c0001 | cells, protein | 69.9 % | 70.0 % |\n| c0000 | law, court | 30.0 % | 20.0 % |');
  expect(text).toContain('| c0002 | goals, match | 0.1 % | 10.0 % |');
});

test('a recipe that beats the optimum knew more than the words', () => {
  expect(section([2.5, 2.6, 2.9, 3, 2.8])).toMatch(
    /better than the n-gram optimum by 0\.3000 \[.*\] on the report tasks: the proxies knew more/,
  );
});

test('where it does not, bits per byte measured the words, not the model', () => {
  const words = /not shown to be better than the n-gram optimum \(.*\): bits per byte at this scale measured the words/;
  // Nothing beats every baseline: the recipe is the corpus as it is, and the best candidate is looked at instead.
  for (const optimum of [2.5, 2.4995, 2.3]) {
    expect(section([2.5, 2.6, 2.9, 3, optimum])).toMatch(words);
    expect(section([2.5, 2.6, 2.9, 3, optimum])).toContain('side by side, observed-1 is not');
  }
});

test('nothing is claimed where the two were not trained side by side', () => {
  for (const levels of [null, [2.5, 2.6, 2.9, 3]]) expect(section(levels)).toContain('was not measured');
});

test('the margin between right and wrong stands beside it, where the trainer says it', () => {
  expect(section([2.5, 2.6, 2.9, 3, 2.8])).not.toContain('margin');
  const text = section([2.5, 2.6, 2.9, 3, 2.8], -0.0123);
  expect(text).toContain('| arm | margin, report tasks | margin, searched tasks |');
  expect(text).toContain('| observed-1 (i2-p001) | -0.0123 | -0.0123 |');
  expect(text).toContain('| ngram | -0.0123 | -0.0123 |');
});

test('a search without n-gram models has no such section', () => {
  expect(ngramSection(finishRecipe(bodyOf([2.5, 2.6, 2.9, 3]), run))).toEqual([]);
});
