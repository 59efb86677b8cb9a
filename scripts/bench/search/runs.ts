import { lowestAt } from '../../../climb/lowest.ts';
import { type Mixture, mixtureKey } from '../../../climb/mixture/mixture.ts';
import type { Problem } from './problem.ts';

/** The runs of one search: keeps to the budget and lets no mixture be run twice. */
export class Runs {
  readonly mixtures: Mixture[] = [];
  /** [task][run]. */
  readonly scores: number[][];
  readonly #problem: Problem;
  readonly #budget: number;
  readonly #seen = new Set<string>();

  constructor(problem: Problem, budget: number) {
    this.#problem = problem;
    // A table can't be run more often than it has mixtures.
    this.#budget = Math.min(budget, problem.mixtures?.length ?? Infinity);
    this.scores = problem.taskWeights.map(() => []);
  }

  get left(): number {
    return this.#budget - this.mixtures.length;
  }

  has(mixture: Mixture): boolean {
    return this.#seen.has(mixtureKey(mixture));
  }

  /** The objective of each run so far: the weighted mean over tasks. */
  get objective(): number[] {
    const { taskWeights } = this.#problem;
    return this.mixtures.map((_, run) =>
      taskWeights.reduce((sum, weight, task) => sum + weight * (this.scores[task] as number[])[run]!, 0),
    );
  }

  /** Runs each. @throws RangeError for a mixture that was run before, and beyond the budget: a strategy that cheats. */
  evaluate(batch: readonly Mixture[]): void {
    for (const mixture of batch) {
      if (this.left === 0) throw new RangeError(`the budget of ${this.#budget} runs is spent`);
      if (this.has(mixture)) throw new RangeError(`[${mixture.join(', ')}] was run before`);
      this.#seen.add(mixtureKey(mixture));
      const scores = this.#problem.run(mixture, this.mixtures.length);
      this.mixtures.push(mixture);
      scores.forEach((score, task) => (this.scores[task] as number[]).push(score));
    }
  }

  /** The mixture of the lowest objective seen, ties to the earlier. */
  bestSeen(): Mixture {
    return this.mixtures[lowestAt(this.objective)] as Mixture;
  }
}
