import type { Deps } from '../../activities/deps.ts';
import type { Ref } from '../../climb/artifact.ts';
import { mixtureSpace, spaceRules } from '../../climb/mixture/mixture-space.ts';
import type { CandidatesArtifact, PredictorArtifact } from '../../climb/predictor/observations.ts';
import { fitPredictor } from '../../climb/predictor/predictor.ts';
import { pruneCandidates } from '../../climb/mixture/propose.ts';
import { domainSet, manifest, observations, smallSpec, tokens } from '../climb/made-recipe.ts';

export const rules = spaceRules(smallSpec);

const predictor = fitPredictor({
  mixtures: observations.map(({ weights }) => weights),
  scores: [0, 1].map((task) => observations.map(({ losses }) => losses[task] as number)),
  taskWeights: [0.75, 0.25],
});
export const found: PredictorArtifact = { schema: 1, kind: 'predictor', observations, predictor };

const evaluated = observations.map(({ weights }) => weights);
const { prior, constraints } = mixtureSpace(tokens, rules);
const kept = pruneCandidates({ predictor, evaluated, prior, constraints, seed: 7, iteration: 1, pool: 200 });
export const candidates: CandidatesArtifact = { schema: 1, kind: 'candidates', predictor, evaluated, ...kept };

/** The artifacts of a search after its first iterations, as references. */
export async function stored({
  store,
}: Pick<Deps, 'store'>): Promise<Record<'manifest' | 'domainSet' | 'tokens' | 'predictor' | 'candidates', Ref>> {
  return {
    manifest: await store.putJson(manifest),
    domainSet: await store.putJson(domainSet),
    tokens: await store.putJson(tokens),
    predictor: await store.putJson(found),
    candidates: await store.putJson(candidates),
  };
}
