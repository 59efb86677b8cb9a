/** What the report says of guards, trade-offs, baselines, intervals and saved tokens. */
import { describe, expect, test } from '@jest/globals';
import { finishRecipe, type RecipeBody } from '../../../climb/search/recipe.ts';
import { renderReport, verdictSentence } from '../../../climb/search/report.ts';
import type { SearchSpec } from '../../../climb/spec/search-file.ts';
import { weighEvidence } from '../../../climb/verification/evidence.ts';
import { arms, bodyOf, domainSet, manifest, run, runsAt, smallSpec, tokens } from '../made-recipe.ts';
import { specOf } from '../made-search.ts';

const report = (body: RecipeBody) => renderReport({ recipe: finishRecipe(body, run), manifest, domainSet, tokens });
const levels = [2.5, 2.6, 2.9, 3];
const found = bodyOf(levels);
const withEvidence = (evidence: Partial<RecipeBody['evidence']>, changes: Partial<RecipeBody> = {}): RecipeBody => ({
  ...found,
  ...changes,
  evidence: { ...found.evidence, ...evidence },
});

test('evidence that the search began with is said, and what of it was left out', () => {
  const began = (evidence?: { used: number; leftOut: number }) =>
    renderReport({
      recipe: finishRecipe(found, { ...run, ...(evidence && { evidence }) }),
      manifest,
      domainSet,
      tokens,
    });
  expect(began()).not.toContain('Began with');
  expect(began({ used: 12, leftOut: 0 })).toContain(
    '- Began with evidence: 12 runs measured elsewhere; `hashes.evidence` names them\n',
  );
  expect(began({ used: 1, leftOut: 4 })).toContain(
    '1 run measured elsewhere; 4 left out, since the clusters of this search can tell their mixtures only approximately;',
  );
});

describe('guards', () => {
  const guarded = (maxLoss: number, at = levels): RecipeBody => {
    const spec: SearchSpec = { ...smallSpec, objective: { scale: 'none', guards: { maxLoss } } };
    const weighed = weighEvidence(spec, arms, runsAt(at))!;
    const { verdict, arm } = weighed.recommendation;
    const { guards, verification, arms: scored } = weighed;
    return withEvidence({ guards, verification, arms: scored }, { spec, verdict, arm });
  };

  test('that are kept are shown with their bounds', () => {
    const text = report(guarded(0.1));
    expect(text).toContain('## Guards');
    expect(text).toContain('| arm | piqa, at most 0.1 | arc_easy, at most 0.1 | sciq, at most 0.1 |');
    expect(text).toMatch(/\| \*\*observed-1\*\* \| -0\.5000 \[-0\.4\d+\] \|/);
    expect(text).not.toContain('breaks |');
  });

  test('that every candidate breaks leave the corpus as it is, and the verdict says so', () => {
    const body = guarded(0.1, [3.5, 3.6, 2.9, 3]);
    expect(body).toMatchObject({ verdict: 'no mixture keeps the guards', arm: 'uniform' });
    expect(verdictSentence(finishRecipe(body, run))).toMatch(
      /^\*\*No mixture keeps the guards\*\*: each that the search found .* The weights are those of uniform\.$/,
    );
    expect(report(body)).toMatch(/\| observed-1 \| 0\.5000 \[0\.5\d+\] breaks \|/);
  });

  test('of a search that was not verified are not checked', () => {
    const spec: SearchSpec = { ...smallSpec, objective: { scale: 'none', guards: { maxLoss: 0.1 } } };
    expect(report(bodyOf(null, { spec }))).toContain('Not checked, since nothing was verified');
  });

  test('that nobody asked for take no room', () => {
    expect(report(found)).not.toContain('## Guards');
  });

  test('are part of a verdict that finds nothing better', () => {
    const body = guarded(1, [3, 3.01, 3.05, 3.0005]);
    expect(verdictSentence(finishRecipe(body, run))).toContain('to beat every baseline and keep the guards with fresh');
  });
});

describe('baselines', () => {
  test('each says what it is', () => {
    expect(report(found)).toContain('- uniform: every cluster alike\n- proportional: the corpus as it is');
  });

  test.each([
    [{ baseline: 'regmix', why: 'proxies' }, 'not compared: regmix, since the budget (proxies) did not reach for it'],
    [
      { baseline: 'regmix', why: 'failed' },
      'not compared: regmix, since too few of its mixtures differ and have a score',
    ],
    [{ baseline: 'ngram', why: 'trainer' }, "not compared: ngram, since this trainer can't say which tokens it scores"],
  ] as const)('that are missing are named: %j', (missing, sentence) => {
    expect(report(withEvidence({ missingBaselines: [missing] }))).toContain(sentence);
  });

  test('the n-gram optimum that can’t be had, and why', () => {
    const two = [{ name: 'piqa' }, { name: 'arc_easy' }];
    const spec = specOf({ tasks: two.map((task) => ({ ...task, metric: 'accuracy' as const })) });
    expect(report({ ...found, spec })).toContain(
      'ngram, whose models know bits per byte alone: piqa is measured by accuracy',
    );
    const off = specOf({ tasks: two, search: { ngram: false } });
    expect(report({ ...found, spec: off })).toContain('- not compared: ngram, since the search has no n-gram models');
  });
});

test('how the intervals were had is said', () => {
  expect(report(found)).toContain('(paired bootstrap over items, seeds by their pooled variance)');
  const student = { ...found.evidence.verification!, interval: 'student' as const };
  expect(report(withEvidence({ verification: student }))).toContain("(Student's t with Bonferroni's correction)");
});

describe('trade-offs', () => {
  test('list what no other mixture beats on every task, the lowest objective first', () => {
    const observations = [
      { id: 'a', weights: [1, 0, 0], losses: [2, 3], score: '' },
      { id: 'b', weights: [0, 1, 0], losses: [3, 2], score: '' },
      { id: 'c', weights: [0, 0, 1], losses: [3, 3], score: '' },
    ];
    const text = report(withEvidence({ observations, pareto: { observed: ['a', 'b'], arms: [] } }));
    expect(text).toContain('2 of 3 mixtures that the search trained are beaten by no other');
    expect(text).toMatch(/\| a \| 2\.2500 \| 2\.0000 \| 3\.0000 \|\n\| b \| 2\.7500 \|/);
    expect(text).not.toContain('Of the verified arms');
  });

  test('at most ten; none for one task', () => {
    const many = Array.from({ length: 14 }, (_, at) => ({
      id: `m${at}`,
      weights: [1],
      losses: [at, 14 - at],
      score: '',
    }));
    const pareto = { observed: many.map(({ id }) => id), arms: ['uniform'] };
    expect(report(withEvidence({ observations: many, pareto }))).toContain('The 10 of the lowest objective:');
    const spec = { ...smallSpec, tasks: smallSpec.tasks.slice(0, 1) };
    const one = { observations: [{ id: 'a', weights: [1], losses: [2], score: '' }], arms: [] };
    expect(report(withEvidence(one, { spec }))).not.toContain('## Trade-offs');
  });
});

test('with z-scores the objective says how tasks counted, and accuracies are error rates', () => {
  const spec = specOf({
    tasks: [{ name: 'piqa' }, { name: 'hellaswag', metric: 'accuracyNorm' }],
    objective: { scale: 'z-score' },
  });
  const text = report(withEvidence({ taskWeights: [0.8, 0.2] }, { spec }));
  expect(text).toContain(
    'bitsPerByte, accuracyNorm on the searched tasks, lower is better (accuracies as error rates).',
  );
  expect(text).toContain('each task divided by its spread over these proxies: it counts 80.0 %, 20.0 %.');
  // 0.8 · 2.7 + 0.2 · 2.9
  expect(text).toContain('| 1 | i2-p001 | 2.7400 |');
  expect(text).toContain('- Searched on: piqa, hellaswag (bitsPerByte, accuracyNorm)');
});

test('the noise of one run stands under the leaderboard, where a mixture was repeated', () => {
  expect(report(found)).toMatch(
    /Noise floor: runs of one mixture differ by a standard deviation of 0\.\d{4} in the objective \(piqa 0\.\d{4}, arc_easy/,
  );
  expect(report(bodyOf(null))).not.toContain('Noise floor');
});

describe('tokens that the recipe saves', () => {
  const spec: SearchSpec = { ...smallSpec, verify: { ...smallSpec.verify, efficiency: [0.25, 0.5] } };
  const points = [
    { tokens: 124_928, advantage: -0.1, lower: -0.15, upper: -0.05 },
    { tokens: 249_856, advantage: 0.1, lower: 0.05, upper: 0.15 },
    { tokens: 499_712, advantage: 0.3, lower: 0.25, upper: 0.35 },
  ];
  const efficiency = {
    arm: 'observed-1',
    tokens: 499_712,
    points,
    reached: { tokens: 176_675, atMost: false },
    earliest: { tokens: 148_000, atMost: false },
    latest: { tokens: 210_000, atMost: false },
    skipped: [],
  };
  const of = (changes: Partial<typeof efficiency> | object) =>
    report(withEvidence({ efficiency: { ...efficiency, ...changes } }, { spec }));

  test('with the interval', () => {
    const text = of({});
    expect(text).toContain(
      '**observed-1 reaches what the proportional mixture ends with at 35.4 % of the tokens (2.8 × fewer)**, between 29.6 % and 42.0 %',
    );
    expect(text).toContain('| 249,856 | 0.1000 [0.0500, 0.1500] |');
  });

  test('bounds where it lies outside of what was tried', () => {
    const least = { tokens: 124_928, atMost: true };
    expect(of({ reached: least, earliest: least })).toContain(
      'at at most 25.0 % of the tokens**, between less and 42.0 %',
    );
    expect(of({ latest: null })).toContain('between 29.6 % and more than all by');
    expect(of({ reached: null, earliest: null, latest: null })).toContain('**Not reached**: observed-1 ends above');
  });

  test('lengths that are missing, and why', () => {
    expect(of({ skipped: [{ tokens: 124_928, why: 'proxies' }] })).toContain('124,928 tokens: not trained (proxies).');
  });

  test('nothing to say without a recipe of the search’s own', () => {
    expect(report({ ...found, spec, arm: 'proportional' })).toContain(
      'since the recipe is the proportional mixture itself',
    );
    expect(report(bodyOf(null, { spec }))).toContain(
      '## Tokens that the recipe saves\n\nNot trained, since nothing was',
    );
    expect(report({ ...found, spec })).toContain('the search was cancelled, or finished early');
    expect(report(found)).not.toContain('Tokens that the recipe saves');
  });
});

test('a recipe of 0.1.0, which knew none of this, has its report', () => {
  const { interval: _interval, ...verify } = smallSpec.verify;
  const { interval: _how, ...verification } = found.evidence.verification!;
  const { pareto: _pareto, ...evidence } = found.evidence;
  const old = {
    ...found,
    spec: { ...smallSpec, verify: verify as SearchSpec['verify'] },
    evidence: { ...evidence, verification },
  };
  const text = report(old);
  expect(text).toContain("(Student's t with Bonferroni's correction)");
  for (const none of ['## Guards', '## Trade-offs', 'not compared', 'Tokens that the recipe saves']) {
    expect(text).not.toContain(none);
  }
});
