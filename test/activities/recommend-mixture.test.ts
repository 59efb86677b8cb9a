import { expect, test } from '@jest/globals';
import { recommendMixture, type RecommendMixtureInput } from '../../activities/recommend-mixture.ts';
import { believed } from '../../climb/mixture/belief.ts';
import { predict } from '../../climb/predictor/predictor.ts';
import type { RecipeBody } from '../../climb/search/recipe.ts';
import type { SearchSpec } from '../../climb/spec/search-file.ts';
import { climbVersion } from '../../climb/version.ts';
import { scratch } from '../adapters/scratch.ts';
import { arms, observations, refOf, runsAt, smallSpec } from '../climb/made-recipe.ts';
import { found, stored } from './made-search-artifacts.ts';
import { fakeTrainer, perform, worldIn } from './made-world.ts';

const deps = worldIn(scratch(), { trainer: fakeTrainer(() => Promise.resolve()).trainer });
const recommend = recommendMixture(deps);

/** The arms' levels of loss, or null where nothing was verified. */
async function inputOf(levels: readonly number[] | null): Promise<RecommendMixtureInput> {
  const { manifest, domainSet, tokens, predictor } = await stored(deps);
  const scores = await Promise.all(
    runsAt(levels ?? []).map(async (runs, at) =>
      Promise.all(
        runs.map(async (run, seed) => {
          const arm = arms[at]?.id as string;
          return { id: `v-${arm}-s${seed + 1}`, arm, score: await deps.store.putJson(run) };
        }),
      ),
    ),
  );
  return {
    spec: smallSpec,
    manifest,
    domainSet,
    tokens,
    predictor,
    items: ['piqa', 'arc', 'sciq', 'own'].map(refOf),
    iterations: 2,
    stoppedBy: 'iterations',
    stoppedByLimit: null,
    unverified: levels === null ? 'budget' : null,
    verification:
      levels === null
        ? null
        : {
            arms: await deps.store.putJson({ schema: 1, kind: 'mixtures', mixtures: arms }),
            runs: scores.flat(),
            seeds: [1, 2, 3, 4],
          },
  };
}

async function bodyOf(input: RecommendMixtureInput) {
  const made = await perform(recommend, input);
  const body = await deps.store.readJson<RecipeBody>(made.ref);
  expect(made.summary).toEqual({ verdict: body.verdict, verified: body.verified });
  return body;
}

const weightsIn = ({ weights }: RecipeBody) => weights.map(({ weight }) => weight);

test('a candidate that beats every baseline is the recipe, with all that it rests on', async () => {
  const input = await inputOf([2.5, 2.6, 2.9, 3]);
  const body = await bodyOf(input);
  expect(body).toMatchObject({ verdict: 'better than every baseline', verified: true, arm: 'observed-1' });
  expect(body.weights).toEqual([
    { cluster: 'c0000', label: 'law, court', weight: 0.2 },
    { cluster: 'c0001', label: 'cells, protein', weight: 0.7 },
    { cluster: 'c0002', label: 'goals, match', weight: 0.1 },
  ]);
  expect(body.evidence).toMatchObject({
    observations,
    iterations: 2,
    arms: [{ id: 'observed-1' }, { id: 'predicted-1' }, { id: 'uniform' }, { id: 'proportional' }],
  });
  expect(body.seeds).toEqual({ search: 7, verification: [1, 2, 3, 4] });
  expect(body.versions).toEqual({ climb: climbVersion, trainer: 'fake 1', torch: 'none' });
  const runs = input.verification?.runs ?? [];
  expect(runs).toHaveLength(8);
  expect(body.hashes).toEqual({
    corpus: expect.stringMatching(/^[0-9a-f]{64}$/),
    ...Object.fromEntries(runs.map(({ id, score }) => [`score.${id}`, score.sha256])),
    manifest: input.manifest.sha256,
    domainSet: input.domainSet.sha256,
    tokens: input.tokens.sha256,
    predictor: input.predictor.sha256,
    arms: input.verification?.arms.sha256,
    'items.piqa': refOf('piqa').sha256,
    'items.arc_easy': refOf('arc').sha256,
    'items.sciq': refOf('sciq').sha256,
    'items.own (test)': refOf('own').sha256,
  });
});

test('when no candidate is shown to be better, the recipe is the baseline and says so', async () => {
  const body = await bodyOf(await inputOf([3, 3.01, 3.05, 3.0005]));
  expect(body).toMatchObject({ verdict: 'no better than proportional', verified: true, arm: 'proportional' });
  expect(weightsIn(body)).toEqual([0.5, 0.375, 0.125]);
});

test('what was not verified says so, and is the trained mixture of the best prediction', async () => {
  const body = await bodyOf(await inputOf(null));
  expect(body).toMatchObject({ verdict: 'not verified', verified: false, arm: null, seeds: { verification: [] } });
  expect(body.evidence).toMatchObject({ verification: null, arms: [] });
  expect(body.hashes).not.toHaveProperty('arms');
  const { mean } = predict(
    found.predictor,
    observations.map(({ weights }) => weights),
  );
  expect(weightsIn(body)).toEqual(observations[mean.indexOf(Math.min(...mean))]?.weights);
});

test('what was not verified is chosen with the guards in view', async () => {
  const [task] = smallSpec.tasks;
  const guarded = { ...smallSpec, objective: { scale: 'none' as const, guards: { tasks: { [task!.name]: 0 } } } };
  const body = await bodyOf({ ...(await inputOf(null)), spec: guarded });
  const mixtures = observations.map(({ weights }) => weights);
  const guards = { natural: [0.5, 0.375, 0.125], limits: [{ task: 0, maxLoss: 0 }] };
  const { mean } = believed({ predictor: found.predictor, guards }, mixtures);
  expect(weightsIn(body)).toEqual(mixtures[mean.indexOf(Math.min(...mean))]);
  expect(mean).not.toEqual(predict(found.predictor, mixtures).mean);
});

test('runs that all diverged verify nothing', async () => {
  const input = await inputOf([2.5, 2.6, 2.9, 3]);
  const left = (input.verification?.runs ?? []).filter(({ arm }) => arm === 'uniform' || arm === 'proportional');
  const body = await bodyOf({
    ...input,
    verification: { ...(input.verification as NonNullable<typeof input.verification>), runs: left },
  });
  expect(body).toMatchObject({ verdict: 'not verified', verified: false, arm: null });
});

test('the ladder is weighed beside the verification and changes no verdict', async () => {
  const input = await inputOf([2.5, 2.6, 2.9, 3]);
  const other = await inputOf([2.9, 2.8, 2.3, 2.2]);
  const runs = (other.verification?.runs ?? []).map((run) => ({ ...run, id: run.id.replace('v-', 'l1-') }));
  const ladder = [
    { rung: { width: 128, layers: 4 }, skipped: null, runs },
    { rung: { width: 256, layers: 4 }, skipped: 'proxies' as const, runs: [] },
  ];
  const [plain, body] = [await bodyOf(input), await bodyOf({ ...input, ladder })];
  expect(body).toMatchObject({ verdict: plain.verdict, arm: plain.arm, weights: plain.weights });
  expect(body.evidence.ladder).toMatchObject([
    { rung: { width: 128, layers: 4 }, skipped: null, likeProxies: -1, likeBefore: -1 },
    { rung: { width: 256, layers: 4 }, skipped: 'proxies', verification: null },
  ]);
  expect(plain.evidence).not.toHaveProperty('ladder');
  expect(body.hashes['score.l1-uniform-s2']).toBe(runs.find(({ id }) => id === 'l1-uniform-s2')?.score.sha256);
  const unverified = await bodyOf({ ...(await inputOf(null)), ladder: [] });
  expect(unverified.evidence).not.toHaveProperty('ladder');
});

test('what every proxy started from is among the hashes', async () => {
  const body = await bodyOf({ ...(await inputOf(null)), trunk: refOf('trunk') });
  expect(body.hashes['trunk']).toBe(refOf('trunk').sha256);
});

test('the same evidence gives the same recipe, byte for byte', async () => {
  const [one, two] = [
    await perform(recommend, await inputOf([2.5, 2.6, 2.9, 3])),
    await perform(recommend, await inputOf([2.5, 2.6, 2.9, 3])),
  ];
  expect(one).toEqual(two);
});

test('guards, trade-offs, missing baselines and saved tokens stand in the evidence', async () => {
  const input = await inputOf([2.5, 2.6, 2.9, 3]);
  const shorter = await Promise.all(
    runsAt([2.7])[0]!.map(async (run, seed) => ({
      id: `e1-observed-1-s${seed + 1}`,
      arm: 'observed-1',
      score: await deps.store.putJson(run),
    })),
  );
  const spec: SearchSpec = {
    ...smallSpec,
    objective: { scale: 'none', guards: { maxLoss: 0.5 } },
    verify: { ...smallSpec.verify, baselines: ['uniform', 'proportional', 'ngram', 'regmix'], efficiency: [0.25, 0.5] },
  };
  const body = await bodyOf({
    ...input,
    spec,
    ngram: null,
    regmix: { skipped: 'deviceHours' },
    efficiency: [
      { tokens: 124_928, skipped: null, runs: shorter },
      { tokens: 249_856, skipped: 'proxies', runs: [] },
    ],
  });
  const { evidence } = body;
  expect(evidence.guards?.map(({ arm, kept }) => [arm, kept]).slice(0, 3)).toEqual([
    ['observed-1', true],
    ['predicted-1', true],
    ['uniform', true],
  ]);
  expect(evidence.pareto).toEqual({ observed: ['i2-p001'], arms: ['observed-1'] });
  expect(evidence.missingBaselines).toEqual([
    { baseline: 'ngram', why: 'trainer' },
    { baseline: 'regmix', why: 'deviceHours' },
  ]);
  // Already at a quarter of the tokens the recipe is better than the proportional mixture.
  expect(evidence.efficiency).toMatchObject({
    arm: 'observed-1',
    tokens: 499_712,
    reached: { tokens: 124_928, atMost: true },
    skipped: [{ tokens: 249_856, why: 'proxies' }],
  });
  expect(evidence.efficiency?.points.map(({ tokens }) => tokens)).toEqual([124_928, 499_712]);
  expect(body.hashes['score.e1-observed-1-s1']).toBe(shorter[0]?.score.sha256);
});
