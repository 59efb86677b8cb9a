import { describe, expect, test } from '@jest/globals';
import { refitPredictor, type RefitPredictorInput } from '../../activities/refit-predictor.ts';
import type { PredictorArtifact } from '../../climb/predictor/observations.ts';
import { posterior } from '../../climb/predictor/task-model.ts';
import { lossOf, objectiveWeights } from '../../climb/verification/objective.ts';
import { scratch } from '../adapters/scratch.ts';
import { itemised, scoreOf, smallSpec } from '../climb/made-recipe.ts';
import { found } from './made-search-artifacts.ts';
import { perform, worldIn } from './made-world.ts';

const deps = worldIn(scratch());
const refit = refitPredictor(deps);

const weights = [
  [0.6, 0.3, 0.1],
  [0.1, 0.8, 0.1],
  [0.3, 0.3, 0.4],
  [0.05, 0.05, 0.9],
];
const id = (at: number) => `i3-p00${at + 1}`;

async function inputOf(order = [0, 1, 2, 3], changes: Partial<RefitPredictorInput> = {}): Promise<RefitPredictorInput> {
  const mixtures = await deps.store.putJson({
    schema: 1,
    kind: 'mixtures',
    mixtures: weights.map((weights, at) => ({ id: id(at), weights })),
  });
  const scores = await Promise.all(weights.map((_, at) => deps.store.putJson(scoreOf(smallSpec, 2.6 + at / 10))));
  const scored = order.map((at) => ({ id: id(at), score: scores[at] as (typeof scores)[number] }));
  return { previous: null, mixtures, scored, tasks: smallSpec.tasks, ...changes };
}

const read = ({ ref }: { ref: Parameters<typeof deps.store.read>[0] }) => deps.store.readJson<PredictorArtifact>(ref);

test('what was observed, with its evidence, and a predictor of one process a task, weighted', async () => {
  const input = await inputOf();
  const made = await perform(refit, input);
  const { observations, predictor } = await read(made);
  expect(observations.map(({ id, score }) => ({ id, score }))).toEqual(
    input.scored.map(({ id, score }) => ({ id, score: score.sha256 })),
  );
  expect(observations.map((run) => run.weights)).toEqual(weights);
  const piqa = itemised({ name: 'piqa', split: 'validation' }, 2.6);
  expect(observations[0]?.losses[0]).toBe(lossOf(piqa, 'bitsPerByte'));
  expect(observations[0]?.losses).toHaveLength(2);
  expect(predictor.tasks).toHaveLength(2);
  expect(predictor.taskWeights).toEqual([0.75, 0.25]);
  expect(made.summary.observations).toBe(4);
  expect(Math.abs(made.summary.predictedBest - 2.67)).toBeLessThan(0.15);
});

test('the order in which proxies were scored changes nothing, to the last bit', async () => {
  const sorted = await perform(refit, await inputOf());
  for (const order of [
    [3, 2, 1, 0],
    [1, 3, 0, 2],
  ])
    expect(await perform(refit, await inputOf(order))).toEqual(sorted);
});

test('earlier observations stay, in front', async () => {
  const previous = await deps.store.putJson(found);
  const { observations } = await read(await perform(refit, await inputOf([0, 1, 2, 3], { previous })));
  expect(observations.map(({ id }) => id)).toEqual([
    'i1-p001',
    'i1-p002',
    'i2-p001',
    ...weights.map((_, at) => id(at)),
  ]);
  expect(observations.slice(0, 3)).toEqual(found.observations);
});

test('mixtures that are told only approximately are no repeats of one', async () => {
  const evidence = (kind: 'exact' | 'approximate') =>
    found.observations.flatMap((one) => [
      { ...one, evidence: kind },
      { ...one, evidence: kind, losses: one.losses.map((loss) => loss + 0.5) },
    ]);
  const noise = async (kind: 'exact' | 'approximate') => {
    const previous = await deps.store.putJson({ ...found, observations: evidence(kind) });
    const { predictor, observations } = await read(await perform(refit, await inputOf([0, 1, 2, 3], { previous })));
    expect(observations).toHaveLength(10);
    return predictor.tasks.map((task) => posterior(task).noiseSd);
  };
  expect(await noise('approximate')).not.toEqual(await noise('exact'));
});

test('a proxy without a score is left out', async () => {
  const { observations } = await read(await perform(refit, await inputOf([0, 2, 3])));
  expect(observations.map(({ id }) => id)).toEqual(['i3-p001', 'i3-p003', 'i3-p004']);
});

describe('where the tasks changed', () => {
  const [piqa, arc] = smallSpec.tasks as [(typeof smallSpec.tasks)[number], (typeof smallSpec.tasks)[number]];
  const before = async () => {
    const evidence = { id: 'e001', weights: [0.2, 0.2, 0.6], losses: [3, 3], score: 'of a table', evidence: 'exact' };
    const { observations } = await read(await perform(refit, await inputOf()));
    return deps.store.putJson({ ...found, observations: [evidence, ...observations] });
  };

  test('what is known of fewer tasks, or in another order, stands as it was measured', async () => {
    const previous = await before();
    const tasks = [
      { ...arc, weight: 1 },
      { ...piqa, weight: 1 },
    ];
    const made = await perform(refit, { previous, scored: [], tasks, remeasured: { columns: [1, 0] } });
    const { observations, predictor } = await read(made);
    const earlier = (await deps.store.readJson<PredictorArtifact>(previous)).observations;
    expect(observations).toEqual(earlier.map((one) => ({ ...one, losses: [one.losses[1], one.losses[0]] })));
    expect(predictor.taskWeights).toEqual([0.5, 0.5]);
    expect(made.summary.standings?.map(({ id }) => id)).toEqual([id(0), id(1), id(2), id(3)]);
    expect(made.summary.standings?.[0]?.losses).toEqual(observations[1]?.losses);
  });

  test('runs are those that have a new score, by their earlier one; others are left out', async () => {
    const previous = await before();
    const earlier = (await deps.store.readJson<PredictorArtifact>(previous)).observations;
    const scores = await Promise.all([5, 4, 3].map((level) => deps.store.putJson(scoreOf(smallSpec, level))));
    const scored = [3, 1, 2].map((at, place) => ({
      id: earlier[at]?.score as string,
      score: scores[place] as (typeof scores)[number],
    }));
    const made = await perform(refit, { previous, scored, tasks: [arc], remeasured: {} });
    const { observations } = await read(made);
    expect(observations.map((one) => [one.id, one.score])).toEqual([
      [id(0), scores[1]?.sha256],
      [id(1), scores[2]?.sha256],
      [id(2), scores[0]?.sha256],
    ]);
    expect(observations.every(({ losses }) => losses.length === 1)).toBe(true);
    expect(made.summary.standings?.map((standing) => standing.id)).toEqual([id(1), id(0), id(2)]);
  });
});

describe('refused', () => {
  test('a score of no mixture', async () => {
    const input = await inputOf();
    const scored = [
      ...input.scored,
      { id: 'i9-p001', score: input.scored[0]?.score as NonNullable<RefitPredictorInput['mixtures']> },
    ];
    await expect(perform(refit, { ...input, scored })).rejects.toThrow('no mixture i9-p001 in artifact');
  });

  test('an evaluation that lacks a task', async () => {
    const tasks = [{ ...(smallSpec.tasks[0] as (typeof smallSpec.tasks)[number]), name: 'winogrande' }];
    await expect(perform(refit, await inputOf([0, 1, 2], { tasks }))).rejects.toThrow('not winogrande');
  });
});

test('with z-scores a task counts by its spread over the proxies, and the summary says how', async () => {
  const { summary, ref } = await perform(refit, await inputOf(undefined, { scale: 'z-score' }));
  const { observations, predictor } = await deps.store.readJson<PredictorArtifact>(ref);
  const expected = objectiveWeights(
    smallSpec.tasks,
    'z-score',
    observations.map(({ losses }) => losses),
  );
  expect(summary.taskWeights).toEqual(expected);
  predictor.taskWeights.forEach((weight, task) => expect(weight).toBeCloseTo(expected[task] as number, 12));
  expect((await perform(refit, await inputOf())).summary.taskWeights).toBeUndefined();
});
