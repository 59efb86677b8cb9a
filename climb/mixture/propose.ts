import { type Acquisition, expectedImprovement, worth } from './acquisition.ts';
import { believed, joined, type Belief, type Beliefs } from './belief.ts';
import { believerBatch } from './believer.ts';
import { candidatePool, nearbyPool } from './candidates.ts';
import type { Constraints } from './constraints.ts';
import { drawnMixtures } from './drawn-mixtures.ts';
import { lowest } from '../lowest.ts';
import { type Mixture, mixtureKey } from './mixture.ts';
import { randomOfTop, recipeTop } from './samplers/random-of-top.ts';
import { stream } from '../random.ts';
import type { SearchSettings } from '../spec/search-presets.ts';

/** Candidates that are worth a look, best first, with what the predictor says of each, in score units. */
export type Candidates = {
  readonly mixtures: readonly Mixture[];
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** Expected improvement on the best that is known. */
  readonly gain: readonly number[];
};

/** Candidates, and what the next batch of them is expected to gain: under the noise, the search has converged. */
export type PrunedCandidates = Candidates & { readonly batchGain: number };

/** How candidates are drawn and a batch is chosen among them; by default as the preset `default` does. */
export type ProposalSettings = Pick<
  SearchSettings,
  'sampler' | 'temperature' | 'strength' | 'proposal' | 'top' | 'explore'
>;

/** Mixtures that local moves start from. */
const INCUMBENTS = 8;
/** Rounds of local moves around the leading candidates, with half of the pool. */
const ROUNDS = 4;
/** Candidates that a round starts from: by what they are worth, and by their mean, which the recipe is chosen by. */
const LEADERS = { worth: 16, mean: 8 } as const;
/** Candidates that are kept beside the batch itself. */
const KEPT = 256;
/** Of the predicted best that are kept whatever they are worth: one of them may be verified, or recommended. */
const KEPT_BEST = 16;

/** As the recipe draws what its predictor ranks: `np.random.dirichlet(prior_dist * 1, 100000)` in its 8_predict.py. */
const RECIPE_CANDIDATES = { temperature: 1, strength: { minimum: 1, maximum: 1, steps: 1 } } as const;

/**
 * Draws a fresh pool of mixtures and keeps those that are worth most, ties to the earlier drawn, and all that
 * `sampleBatch` chooses of the whole pool: a batch spreads to where few candidates lead, and chosen among those that
 * lead alone it would be worse. None breaks the constraints and none was tried before.
 *
 * Half of the pool is drawn as the sampler does. In the space-filling one the other half are four rounds of ever
 * smaller moves around the leading candidates. What leads is worth more (expected improvement or confidence bound) or
 * is predicted to be better.
 *
 * @param evaluated what this search and its parents have a score of: excluded, and the origin of local moves
 * @param exclude   more that is never proposed, such as mixtures whose proxies diverged
 * @param pool      mixtures to draw, default 8192
 * @param size      mixtures of the next batch, default 4
 */
export function pruneCandidates(
  request: Belief & {
    readonly evaluated: readonly Mixture[];
    readonly exclude?: readonly Mixture[];
    readonly prior: readonly number[];
    readonly constraints: Constraints;
    readonly seed: number;
    readonly iteration: number;
    readonly settings?: ProposalSettings | undefined;
    readonly pool?: number;
    readonly size?: number;
  },
): PrunedCandidates {
  const { evaluated, settings, size = 4 } = request;
  const known = believed(request, evaluated).mean;
  const acquisition = acquisitionOf(settings);
  const drawing = { ...request, known, acquisition };
  const ranked = settings === undefined || settings.sampler === 'space-filling' ? climbed(drawing) : drawn(drawing);
  const sumOf = (gains: readonly number[]) => gains.reduce((sum, gain) => sum + gain, 0);
  if (settings?.proposal === 'random-of-top') {
    const top = kept(ranked, settings.top ?? recipeTop(size));
    const best = ascending(top.gain.map((gain) => -gain)).slice(0, size);
    return { ...top, batchGain: sumOf(best.map((i) => top.gain[i] as number)) };
  }
  const batch = believerBatch({ ...ranked, predictor: request.predictor, size });
  const indices = batch.map(({ index }) => index);
  return { ...kept(ranked, KEPT, indices), batchGain: sumOf(batch.map(({ gain }) => gain)) };
}

/** Of given mixtures, those that are worth most, best first, ties to the earlier; 256 by default. */
export function rankCandidates(
  request: Belief & {
    readonly evaluated: readonly Mixture[];
    readonly mixtures: readonly Mixture[];
    readonly settings?: ProposalSettings | undefined;
    readonly keep?: number;
  },
): Candidates {
  const { evaluated, mixtures, settings, keep = KEPT } = request;
  const best = lowest(believed(request, evaluated).mean);
  return kept({ mixtures, beliefs: believed(request, mixtures), best, acquisition: acquisitionOf(settings) }, keep);
}

/**
 * Chooses the next batch among candidates: greedily with fantasies between its members (`believerBatch`), or at random
 * from the top as published. The score to improve on is the lowest predicted mean among the evaluated mixtures, not the
 * lowest score seen, which noise flatters.
 *
 * @param evaluated never proposed again
 * @param size      mixtures wanted; fewer come back only where fewer candidates are left
 * @param draws     the seed and iteration that random draws follow from; only settings with those need it
 */
export function sampleBatch(
  request: Belief & {
    readonly evaluated: readonly Mixture[];
    readonly candidates: { readonly mixtures: readonly Mixture[] };
    readonly settings?: ProposalSettings | undefined;
    readonly size: number;
    readonly draws?: { readonly seed: number; readonly iteration: number };
  },
): Mixture[] {
  const { evaluated, candidates, settings, size, draws = { seed: 0, iteration: 0 } } = request;
  const seen = new Set(evaluated.map(mixtureKey));
  const mixtures = candidates.mixtures.filter((mixture) => !seen.has(mixtureKey(mixture)));
  if (settings?.proposal === 'random-of-top') {
    const { mean } = believed(request, mixtures);
    const chosen = stream(draws.seed, ['sample', draws.iteration]);
    return randomOfTop(mean, settings.top ?? recipeTop(size), size, chosen).map((i) => mixtures[i] as Mixture);
  }
  const best = lowest(believed(request, evaluated).mean);
  const acquisition = acquisitionOf(settings);
  const { predictor } = request;
  const beliefs = believed(request, mixtures);
  const chosen = believerBatch({ predictor, mixtures, beliefs, acquisition, best, size });
  return chosen.map(({ index }) => mixtures[index] as Mixture);
}

type Ranked = {
  readonly mixtures: readonly Mixture[];
  readonly beliefs: Beliefs;
  readonly best: number;
  readonly acquisition: Acquisition;
};

type Drawing = Parameters<typeof pruneCandidates>[0] & {
  /** Predicted means of the evaluated. */
  readonly known: readonly number[];
  readonly acquisition: Acquisition;
};

function climbed(request: Drawing): Ranked {
  const { evaluated, exclude = [], known, acquisition, pool = 8192 } = request;
  const best = lowest(known);
  const incumbents = ascending(known)
    .slice(0, INCUMBENTS)
    .map((i) => evaluated[i] as Mixture);
  let mixtures = candidatePool({
    ...request,
    incumbents,
    exclude: [...evaluated, ...exclude],
    size: Math.ceil(pool / 2),
  });
  let beliefs = believed(request, mixtures);
  for (let round = 1; round <= ROUNDS && mixtures.length > 0; round++) {
    const leading = [
      ...byWorth({ beliefs, best, acquisition }).slice(0, LEADERS.worth),
      ...ascending(beliefs.mean).slice(0, LEADERS.mean),
    ];
    const fresh = nearbyPool({
      ...request,
      leaders: leading.map((i) => mixtures[i] as Mixture),
      exclude: [...evaluated, ...exclude, ...mixtures],
      size: Math.floor(pool / 2 / ROUNDS),
      round,
    });
    mixtures = [...mixtures, ...fresh];
    beliefs = joined(beliefs, believed(request, fresh));
  }
  return { mixtures, beliefs, best, acquisition };
}

function drawn(request: Drawing): Ranked {
  const { settings, evaluated, exclude = [], known, acquisition, seed, iteration, pool = 8192 } = request;
  const mixtures = drawnMixtures({
    ...request,
    sampler: settings === undefined || settings.sampler === 'nemo-recipe' ? RECIPE_CANDIDATES : settings,
    exclude: [...evaluated, ...exclude],
    size: pool,
    draws: stream(seed, ['candidates', iteration]),
  });
  return { mixtures, beliefs: believed(request, mixtures), best: lowest(known), acquisition };
}

/** @param batch indices that are kept in any case */
function kept(
  { mixtures, beliefs, best, acquisition }: Ranked,
  keep: number,
  batch: readonly number[] = [],
): Candidates {
  const { mean, sd } = beliefs;
  const order = byWorth({ beliefs, best, acquisition });
  const all = [...new Set([...order.slice(0, keep), ...batch, ...ascending(mean).slice(0, KEPT_BEST)])];
  const of = <T>(values: readonly T[]) => all.map((i) => values[i] as T);
  return {
    mixtures: of(mixtures),
    mean: of(mean),
    sd: of(sd),
    gain: all.map((i) => expectedImprovement(mean[i] as number, sd[i] as number, best)),
  };
}

function acquisitionOf(settings: ProposalSettings | undefined): Acquisition {
  if (settings === undefined || settings.proposal === 'expected-improvement') return { kind: 'expected-improvement' };
  // Ranking by the mean alone is what random draws from the top start from.
  return { kind: 'confidence-bound', explore: settings.proposal === 'confidence-bound' ? settings.explore : 0 };
}

/** Indices by what they are worth, most first. */
function byWorth({ beliefs: { mean, sd }, best, acquisition }: Omit<Ranked, 'mixtures'>): number[] {
  return ascending(mean.map((value, i) => -worth(acquisition, value, sd[i] as number, best)));
}

/** Indices by ascending value, ties by index. */
function ascending(values: readonly number[]): number[] {
  return values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
}
