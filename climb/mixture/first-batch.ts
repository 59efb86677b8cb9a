import { type Constraints, project } from './constraints.ts';
import { dirichlet } from './dirichlet.ts';
import { drawnMixtures, recipeMixtures } from './drawn-mixtures.ts';
import { type Mixture, mixtureKey, sumOfWeights, uniform } from './mixture.ts';
import { type Stream, stream } from '../random.ts';
import { kernelCoordinates, squaredDistance } from '../predictor/matern.ts';
import type { SearchSettings } from '../spec/search-presets.ts';

/** Sums of the Dirichlet shapes, as multiples of the number of clusters: from a few clusters a mixture to nearly the centre. */
const CONCENTRATIONS = [0.3, 1, 3, 10] as const;
/** Draws to choose among, for each place and concentration. */
const DRAWS = 10;

/**
 * The mixtures of the first iteration. Where the sampler is a Dirichlet distribution: what is given, then its draws.
 * Otherwise the prior, uniform, what is given, then a space-filling choice among Dirichlet draws around the prior and
 * around uniform at several concentrations. Each next one is the draw whose nearest neighbour among
 * those already chosen is farthest (greedy maximin, Johnson, Moore and Ylvisaker 1990) in √weight, where the
 * predictor measures distance.
 *
 * @param prior natural proportions, such as the clusters' tokens; need not sum to 1
 * @param given mixtures to begin with, such as the n-gram optimum
 * @param size  how many mixtures, >= 1
 * @param seed  the search's seed
 * @returns distinct mixtures within the constraints; fewer than `size` only where no more of them were found
 */
export function firstBatch(request: {
  readonly prior: readonly number[];
  readonly constraints: Constraints;
  readonly given?: readonly Mixture[];
  readonly settings?: Pick<SearchSettings, 'sampler' | 'temperature' | 'strength'> | undefined;
  readonly size: number;
  readonly seed: number;
}): Mixture[] {
  const { settings, given = [], constraints, size } = request;
  if (settings === undefined || settings.sampler === 'space-filling') return spaceFilling(request);
  const first = [
    ...new Map(given.map((weights) => project(weights, constraints)).map((m) => [mixtureKey(m), m])).values(),
  ];
  const draw = settings.sampler === 'nemo-recipe' ? recipeMixtures : drawnMixtures;
  const draws = stream(request.seed, ['first-batch']);
  const rest = draw({ ...request, sampler: settings, exclude: first, size: Math.max(0, size - first.length), draws });
  return [...first, ...rest].slice(0, size);
}

function spaceFilling(request: Parameters<typeof firstBatch>[0]): Mixture[] {
  const { prior, constraints, given = [], size, seed } = request;
  const even = uniform(prior.length);
  const total = sumOfWeights(prior);
  const centres = [prior.map((weight) => weight / total), even];
  const draws = stream(seed, ['first-batch']);
  const pool = new Map<string, Mixture>();
  const offer = (weights: readonly number[]) => {
    const mixture = project(weights, constraints);
    pool.set(mixtureKey(mixture), mixture);
  };
  [...centres, ...given].forEach(offer);
  const anchors = pool.size;
  for (let i = 0; i < size * DRAWS; i++) {
    for (const concentration of CONCENTRATIONS) {
      for (const centre of centres) offer(spread(centre, concentration, draws));
    }
  }
  return maximin([...pool.values()], anchors, size);
}

/** A Dirichlet draw around a centre. `concentration` is the mean shape: 1 is flat on the simplex for a uniform centre. */
export function spread(centre: readonly number[], concentration: number, draws: Stream): number[] {
  return dirichlet(
    centre.map((weight) => weight * concentration * centre.length),
    draws,
  );
}

/**
 * The first `given` of the pool, then greedily the farthest in √weight from what is chosen, ties to the earlier. For a
 * list of which nothing is given the first is the first chosen.
 */
export function maximin(pool: readonly Mixture[], given: number, size: number): Mixture[] {
  const clusters = pool[0]?.length ?? 0;
  const points = kernelCoordinates(pool, new Array<number>(clusters).fill(1));
  const nearest = new Float64Array(pool.length).fill(Infinity);
  const chosen: Mixture[] = [];
  while (chosen.length < Math.min(size, pool.length)) {
    const next = chosen.length < given ? chosen.length : farthest(nearest);
    chosen.push(pool[next] as Mixture);
    for (let i = 0; i < pool.length; i++) {
      nearest[i] = Math.min(nearest[i] as number, squaredDistance(points, i, points, next, clusters));
    }
  }
  return chosen;
}

/** The index of the largest, ties to the earlier. */
function farthest(distances: Float64Array): number {
  return distances.reduce((most, distance, i) => (distance > (distances[most] as number) ? i : most), 0);
}
