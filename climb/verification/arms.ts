import { believed, type Belief } from '../mixture/belief.ts';
import { satisfies } from '../mixture/constraints.ts';
import { mixtureKey, type Mixture } from '../mixture/mixture.ts';
import type { NgramPrior } from '../ngram/ngram-prior.ts';
import type { CandidatesArtifact, PredictorArtifact } from '../predictor/observations.ts';
import { baselineMixture, type Baseline, type BaselineSources } from './baselines.ts';

/** A mixture to verify: `observed` was trained by the search, `predicted` never was, the others are baselines. */
export type Arm = {
  readonly id: string;
  readonly role: 'candidate' | 'baseline';
  readonly weights: Mixture;
  /** The proxy of the search with this mixture, where there is one. */
  readonly proxy?: string;
};

/**
 * The arms of the verification: by turns the observed and the never observed mixture of the lowest predicted score
 * (the predicted score, not the observed one, which is flattered by its noise: winner's curse), then the baselines.
 * No mixture stands there twice. Evidence from elsewhere, and what a branch shares with a search of other constraints,
 * counts as observed where its mixture is exact and one that this search could have proposed: it is trained again here,
 * as all are.
 */
export function chooseArms(request: {
  readonly found: PredictorArtifact;
  /** Needed by a predictor that rests on it. */
  readonly ngram?: NgramPrior | undefined;
  readonly candidates: CandidatesArtifact | null;
  readonly count: number;
  readonly baselines: readonly Baseline[];
  readonly sources: BaselineSources;
  /** Candidates that are likely to break one come last. */
  readonly guards?: Belief['guards'];
}): Arm[] {
  const { found, ngram, guards, candidates, count, baselines, sources } = request;
  const fixed = baselines.map((id): Arm => ({ id, role: 'baseline', weights: baselineMixture(id, sources) }));
  const taken = new Set(fixed.map(({ weights }) => mixtureKey(weights)));
  const eligible = found.observations.filter(
    ({ evidence, weights }) => evidence !== 'approximate' && satisfies(weights, sources.space.constraints),
  );
  const { mean } = believed(
    { predictor: found.predictor, ngram, guards },
    eligible.map(({ weights }) => weights),
  );
  const observed = ascending(mean).map((at) => {
    const { id, weights } = eligible[at] as PredictorArtifact['observations'][number];
    return { weights, proxy: id };
  });
  const predicted =
    candidates === null
      ? []
      : ascending(candidates.mean).map((at) => ({ weights: candidates.mixtures[at] as Mixture }));

  const chosen: Arm[] = [];
  for (const { kind, weights, proxy } of byTurns(observed, predicted)) {
    if (chosen.length === count) break;
    if (taken.has(mixtureKey(weights))) continue;
    taken.add(mixtureKey(weights));
    const rank = chosen.filter(({ id }) => id.startsWith(kind)).length + 1;
    chosen.push({ id: `${kind}-${rank}`, role: 'candidate', weights, ...(proxy !== undefined && { proxy }) });
  }
  return [...chosen, ...fixed];
}

type Nominee = { readonly weights: Mixture; readonly proxy?: string };

/** One of the first list, one of the second, and so on; then the rest of the longer. */
function* byTurns(observed: readonly Nominee[], predicted: readonly Nominee[]) {
  for (let at = 0; at < Math.max(observed.length, predicted.length); at++) {
    const [first, second] = [observed[at], predicted[at]];
    if (first !== undefined) yield { kind: 'observed', ...first };
    if (second !== undefined) yield { kind: 'predicted', ...second };
  }
}

/** Indices by ascending value, ties by index. */
function ascending(values: readonly number[]): number[] {
  return values.map((_, at) => at).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
}
