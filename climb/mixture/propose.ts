import { expectedImprovement, logExpectedImprovement } from './acquisition.ts';
import { candidatePool } from './candidates.ts';
import type { Constraints } from './constraints.ts';
import { type Mixture, mixtureKey } from './mixture.ts';
import { type Predictor, combineMeans, combineSds, predict } from '../predictor/predictor.ts';
import { posterior } from '../predictor/task-model.ts';

/** Candidates that are worth a look, best first, with what the predictor says of each, in score units. */
export type Candidates = {
  readonly mixtures: readonly Mixture[];
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** Expected improvement on the best that is known: where the first is under the noise, the search has converged. */
  readonly gain: readonly number[];
};

/** Mixtures that local moves start from. */
const INCUMBENTS = 8;

/**
 * Draws a fresh pool of mixtures and keeps those of the largest expected improvement, ties to the earlier drawn.
 * None breaks the constraints and none was evaluated before.
 *
 * @param evaluated what this search and its parents have evaluated: excluded, and the origin of local moves
 * @param pool      mixtures to draw, default 8192
 * @param keep      mixtures to keep, default 256
 */
export function pruneCandidates(request: {
  readonly predictor: Predictor;
  readonly evaluated: readonly Mixture[];
  readonly prior: readonly number[];
  readonly constraints: Constraints;
  readonly seed: number;
  readonly iteration: number;
  readonly pool?: number;
  readonly keep?: number;
}): Candidates {
  const { predictor, evaluated, prior, constraints, seed, iteration, pool = 8192, keep } = request;
  const known = predict(predictor, evaluated).mean;
  const incumbents = ascending(known)
    .slice(0, INCUMBENTS)
    .map((i) => evaluated[i] as Mixture);
  const mixtures = candidatePool({ prior, constraints, incumbents, exclude: evaluated, size: pool, seed, iteration });
  return rankCandidates({ predictor, evaluated, mixtures, ...(keep !== undefined && { keep }) });
}

/** Of given mixtures, those of the largest expected improvement, best first, ties to the earlier; 256 by default. */
export function rankCandidates(request: {
  readonly predictor: Predictor;
  readonly evaluated: readonly Mixture[];
  readonly mixtures: readonly Mixture[];
  readonly keep?: number;
}): Candidates {
  const { predictor, evaluated, mixtures, keep = 256 } = request;
  const best = Math.min(...predict(predictor, evaluated).mean);
  const { mean, sd } = predict(predictor, mixtures);
  const order = ascending(mean.map((value, i) => -logExpectedImprovement(value, sd[i] as number, best))).slice(0, keep);
  const kept = <T>(values: readonly T[]) => order.map((i) => values[i] as T);
  return {
    mixtures: kept(mixtures),
    mean: kept(mean),
    sd: kept(sd),
    gain: order.map((i) => expectedImprovement(mean[i] as number, sd[i] as number, best)),
  };
}

/**
 * Chooses the next batch greedily by expected improvement. After each choice the predictor is told, of that mixture,
 * what it already believes (the kriging believer of Ginsbourger, Le Riche and Carraro 2010): means stay, uncertainty
 * near the choice shrinks, and the batch spreads. The score to improve on is the lowest predicted mean among the
 * evaluated mixtures, not the lowest score seen, which noise flatters.
 *
 * @param evaluated never proposed again
 * @param size      mixtures wanted; fewer come back only where fewer candidates are left
 */
export function sampleBatch(request: {
  readonly predictor: Predictor;
  readonly evaluated: readonly Mixture[];
  readonly candidates: { readonly mixtures: readonly Mixture[] };
  readonly size: number;
}): Mixture[] {
  const { predictor, evaluated, size } = request;
  const seen = new Set(evaluated.map(mixtureKey));
  const open = request.candidates.mixtures.filter((mixture) => !seen.has(mixtureKey(mixture)));
  const posteriors = predictor.tasks.map(posterior);
  const mean = combineMeans(
    predictor,
    posteriors.map((task) => task.predict(open).mean),
  );
  const covariances = posteriors.map((task) => task.covariance(open));
  const noises = posteriors.map((task) => task.noiseSd ** 2);
  let best = Math.min(...predict(predictor, evaluated).mean);
  const chosen: number[] = [];
  while (chosen.length < Math.min(size, open.length)) {
    const sd = combineSds(
      predictor,
      covariances.map((covariance) => diagonalSds(covariance, open.length)),
    );
    let next = -1;
    let most = -Infinity;
    mean.forEach((value, i) => {
      const gain = logExpectedImprovement(value, sd[i] as number, best);
      if (!chosen.includes(i) && (next < 0 || gain > most)) [next, most] = [i, gain];
    });
    chosen.push(next);
    best = Math.min(best, mean[next] as number);
    covariances.forEach((covariance, t) => condition(covariance, open.length, next, noises[t] as number));
  }
  return chosen.map((i) => open[i] as Mixture);
}

/** The covariance, in place, once `row` has been observed with this noise variance: a rank-one downdate. */
function condition(covariance: Float64Array, size: number, row: number, noise: number): void {
  const column = covariance.slice(row * size, (row + 1) * size);
  const variance = (column[row] as number) + noise;
  if (!(variance > 0)) return;
  for (let i = 0; i < size; i++) {
    const factor = (column[i] as number) / variance;
    for (let j = 0; j < size; j++) {
      covariance[i * size + j] = (covariance[i * size + j] as number) - factor * (column[j] as number);
    }
  }
}

function diagonalSds(covariance: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.sqrt(Math.max(0, covariance[i * size + i] as number)));
}

/** Indices by ascending value, ties by index. */
function ascending(values: readonly number[]): number[] {
  return values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
}
