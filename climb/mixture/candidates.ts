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
/** How many times smaller the moves of each further round are. */
const NARROWING = 3;

type PoolRequest = {
  readonly constraints: Constraints;
  /** Never among the candidates. */
  readonly exclude: readonly Mixture[];
  /** How many are drawn; those that coincide after projection are dropped, so that fewer may come back. */
  readonly size: number;
  readonly seed: number;
  readonly iteration: number;
};

/**
 * A pool of distinct mixtures within the constraints: half drawn anew over the whole simplex, around the prior and
 * around uniform, half local moves. A local move either redraws an incumbent from a Dirichlet distribution around it,
 * or moves part of one cluster's weight to another. Every iteration draws a fresh pool; the same seed and iteration
 * draw the same.
 *
 * @param incumbents the mixtures to move from, best first; may be empty
 */
export function candidatePool(
  request: PoolRequest & { readonly prior: readonly number[]; readonly incumbents: readonly Mixture[] },
): Mixture[] {
  const { prior, incumbents, seed, iteration } = request;
  const total = sumOfWeights(prior);
  const centres = [prior.map((weight) => weight / total), uniform(prior.length)];
  const draws = stream(seed, ['candidates', iteration]);
  return distinct(request, (i) => {
    const local = i % 2 === 1 && incumbents.length > 0;
    const turn = i >> 1;
    return local
      ? localMove(pick(incumbents, turn), turn, 1, draws)
      : spread(pick(centres, turn), pick(GLOBAL_CONCENTRATIONS, turn >> 1), draws);
  });
}

/**
 * Local moves alone, around the candidates that lead: smaller with each round, counted from 1, so that rounds climb
 * the acquisition as an evolution strategy does.
 */
export function nearbyPool(
  request: PoolRequest & { readonly leaders: readonly Mixture[]; readonly round: number },
): Mixture[] {
  const { leaders, seed, iteration, round } = request;
  const draws = stream(seed, ['candidates', iteration, 'round', round]);
  return distinct(request, (i) => localMove(pick(leaders, i), i, NARROWING ** round, draws));
}

function distinct({ constraints, exclude, size }: PoolRequest, draw: (i: number) => number[]): Mixture[] {
  const excluded = new Set(exclude.map(mixtureKey));
  const pool = new Map<string, Mixture>();
  for (let i = 0; i < size; i++) {
    const mixture = project(draw(i), constraints);
    const key = mixtureKey(mixture);
    if (!excluded.has(key)) pool.set(key, mixture);
  }
  return [...pool.values()];
}

/** @param narrow how many times smaller than at first */
function localMove(incumbent: Mixture, turn: number, narrow: number, draws: Stream): number[] {
  const n = incumbent.length;
  if (draws.uniform() < 0.5) {
    const revival = REVIVAL / narrow;
    const centre = incumbent.map((weight) => (1 - revival) * weight + revival / n);
    return spread(centre, pick(LOCAL_CONCENTRATIONS, turn) * narrow, draws);
  }
  const moved = [...incumbent];
  const held = incumbent.map((_, i) => i).filter((i) => (incumbent[i] as number) > 0);
  const from = held[draws.integer(held.length)] as number;
  const to = (from + 1 + draws.integer(Math.max(1, n - 1))) % n;
  const share = draws.uniform();
  const amount = (narrow === 1 ? share : share * share) * (moved[from] as number);
  moved[from] = (moved[from] as number) - amount;
  moved[to] = (moved[to] as number) + amount;
  return moved;
}

function pick<T>(items: readonly T[], turn: number): T {
  return items[turn % items.length] as T;
}
