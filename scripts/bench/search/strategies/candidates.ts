import { dirichlet } from '../../../../climb/mixture/dirichlet.ts';
import { stream } from '../../../../climb/random.ts';
import type { Problem } from '../problem.ts';

/** As NVIDIA's recipe draws: `np.random.dirichlet(prior_dist * 1, 100000)`. */
const CANDIDATES = 100_000;

const drawn = new WeakMap<Problem, (readonly number[])[]>();

/**
 * What a published strategy's predictor ranks: a table's rows, or 100,000 draws of Dirichlet(prior), weights not yet
 * quantised. NVIDIA's recipe draws with one fixed seed, so that every round ranks the same ones; drawn once a problem here.
 */
export function publishedCandidates(problem: Problem): readonly (readonly number[])[] {
  const { mixtures, prior } = problem;
  if (mixtures !== null) return mixtures;
  let candidates = drawn.get(problem);
  if (candidates === undefined) {
    const draws = stream(42, ['bench', 'candidates']);
    candidates = Array.from({ length: CANDIDATES }, () => dirichlet(prior, draws));
    drawn.set(problem, candidates);
  }
  return candidates;
}
