import { dirichlet } from '../../climb/mixture/dirichlet.ts';
import { type Mixture, uniform } from '../../climb/mixture/mixture.ts';
import { stream } from '../../climb/random.ts';

/** A world whose truth is known, so that a search can be judged by its regret and not by what it believes. */
export type World = {
  readonly prior: readonly number[];
  /** Score of each task without noise, lower is better. */
  truth(mixture: Mixture): number[];
  /** Mean of `truth` over tasks. */
  score(mixture: Mixture): number;
  /** One run's scores: the truth and a seed's noise. */
  run(mixture: Mixture, index: number): number[];
};

/**
 * Each task cares about a few clusters: more of them helps with falling returns, a blend of them helps more, and
 * too much of an unhelpful one harms.
 */
export function syntheticWorld(seed: number, clusters: number, tasks: number, noise: number): World {
  const draws = stream(seed, ['world']);
  const even = uniform(clusters);
  const care = Array.from({ length: tasks }, () =>
    dirichlet(
      even.map(() => 0.4),
      draws,
    ),
  );
  const harm = Array.from({ length: tasks }, () => even.map(() => 0.15 * Math.max(0, draws.normal())));
  const weighted = (by: readonly number[], mixture: Mixture, shape: (weight: number) => number) =>
    by.reduce((sum, factor, i) => sum + factor * shape(mixture[i] as number), 0);
  const truth = (mixture: Mixture) =>
    care.map(
      (cares, t) =>
        2.5 +
        0.5 * Math.exp(-2 * weighted(cares, mixture, (w) => w)) +
        0.6 * (1 - weighted(cares, mixture, Math.sqrt)) +
        weighted(harm[t] as number[], mixture, (w) => w * w),
    );
  return {
    prior: dirichlet(
      even.map(() => 1),
      stream(seed, ['prior']),
    ),
    truth,
    score: (mixture) => truth(mixture).reduce((sum, value) => sum + value, 0) / tasks,
    run(mixture, index) {
      const seeds = stream(seed, ['run', index]);
      return truth(mixture).map((value) => value + noise * seeds.normal());
    },
  };
}
