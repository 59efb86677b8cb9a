import { type Constraints, project } from './constraints.ts';
import { spread } from './first-batch.ts';
import { type Mixture, mixtureKey, sumOfWeights, uniform } from './mixture.ts';
import { type Stream, stream } from '../random.ts';

/** Mean Dirichlet shapes of global draws, from a few clusters a mixture to nearly the centre. */
const GLOBAL_CONCENTRATIONS = [0.1, 0.3, 1, 3] as const;
/** Of local moves: from a change of a third of the weights to one of a few per cent. */
const LOCAL_CONCENTRATIONS = [3, 10, 30, 100, 300] as const;
/** Share of a local move's centre that is spread over every cluster, so that a weight of zero can grow again. */
const REVIVAL = 0.05;

/**
 * A pool of distinct mixtures within the constraints, none of them in `exclude`: half drawn anew over the whole
 * simplex, around the prior and around uniform, half local moves. A local move either redraws an incumbent from a
 * Dirichlet distribution around it, or moves part of one cluster's weight to another. Every iteration draws a fresh
 * pool; the same seed and iteration draw the same.
 *
 * @param incumbents the mixtures to move from, best first; may be empty
 * @param size       how many are drawn; those that coincide after projection are dropped, so that fewer may come back
 */
export function candidatePool(request: {
  readonly prior: readonly number[];
  readonly constraints: Constraints;
  readonly incumbents: readonly Mixture[];
  readonly exclude: readonly Mixture[];
  readonly size: number;
  readonly seed: number;
  readonly iteration: number;
}): Mixture[] {
  const { prior, constraints, incumbents, exclude, size, seed, iteration } = request;
  const total = sumOfWeights(prior);
  const centres = [prior.map((weight) => weight / total), uniform(prior.length)];
  const draws = stream(seed, ['candidates', iteration]);
  const excluded = new Set(exclude.map(mixtureKey));
  const pool = new Map<string, Mixture>();
  for (let i = 0; i < size; i++) {
    const local = i % 2 === 1 && incumbents.length > 0;
    const turn = i >> 1;
    const weights = local
      ? localMove(pick(incumbents, turn), turn, draws)
      : spread(pick(centres, turn), pick(GLOBAL_CONCENTRATIONS, turn >> 1), draws);
    const mixture = project(weights, constraints);
    const key = mixtureKey(mixture);
    if (!excluded.has(key)) pool.set(key, mixture);
  }
  return [...pool.values()];
}

function localMove(incumbent: Mixture, turn: number, draws: Stream): number[] {
  const n = incumbent.length;
  if (draws.uniform() < 0.5) {
    const centre = incumbent.map((weight) => (1 - REVIVAL) * weight + REVIVAL / n);
    return spread(centre, pick(LOCAL_CONCENTRATIONS, turn), draws);
  }
  const moved = [...incumbent];
  const held = incumbent.map((_, i) => i).filter((i) => (incumbent[i] as number) > 0);
  const from = held[draws.integer(held.length)] as number;
  const to = (from + 1 + draws.integer(Math.max(1, n - 1))) % n;
  const amount = draws.uniform() * (moved[from] as number);
  moved[from] = (moved[from] as number) - amount;
  moved[to] = (moved[to] as number) + amount;
  return moved;
}

function pick<T>(items: readonly T[], turn: number): T {
  return items[turn % items.length] as T;
}
