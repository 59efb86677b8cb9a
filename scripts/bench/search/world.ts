import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { derivedSeed } from '../../../climb/random.ts';
import { CommandProblem } from '../../run-command.ts';
import { mean } from './ranks.ts';
import type { Problem } from './problem.ts';

/** A world whose truth is known, so that a search can be judged by its regret. The module's exports. */
export type World = {
  readonly domains: readonly string[];
  /** Natural proportions. */
  readonly prior: readonly number[];
  readonly tasks: readonly unknown[];
  /** One run: scores by task, lower is better, with the noise of this seed. */
  readonly score: (weights: readonly number[], seed: number) => readonly number[];
  /** The mixture of the lowest mean score, and its scores without noise. */
  readonly optimum: { readonly weights: readonly number[]; readonly scores: readonly number[] };
  /** The scores without noise; where a world doesn't say them, they are averaged over `TRUTH_SEEDS` runs. */
  readonly truth?: (weights: readonly number[]) => readonly number[];
};

const TRUTH_SEEDS = 400;

/** @throws CommandProblem for a file that is no world. */
export async function readWorld(file: string): Promise<World> {
  const world = (await import(pathToFileURL(resolve(file)).href).catch((error: unknown) => {
    throw new CommandProblem(`${file} can't be imported: ${(error as Error).message}`);
  })) as World;
  const refuse = (what: string) =>
    new CommandProblem(
      `${file} ${what}. A world exports domains, prior, tasks, score(weights, seed) and optimum: { weights, scores }; see scripts/bench/worlds`,
    );
  const { domains, prior, tasks, score, optimum } = world;
  if (!Array.isArray(domains) || domains.length === 0) throw refuse('exports no list of domains');
  if (!Array.isArray(prior) || prior.length !== domains.length) throw refuse('has no prior with a share a domain');
  if (!Array.isArray(tasks) || tasks.length === 0) throw refuse('exports no list of tasks');
  if (typeof score !== 'function') throw refuse('exports no function score');
  if (optimum?.weights?.length !== domains.length || optimum?.scores?.length !== tasks.length) {
    throw refuse('has no optimum with a weight a domain and a score a task');
  }
  const scores = score(prior, 0);
  if (!Array.isArray(scores) || scores.length !== tasks.length || !scores.every(Number.isFinite)) {
    throw refuse(`scores its prior [${String(scores)}], which is not a finite number a task`);
  }
  return world;
}

/** The world as one search of this seed meets it: each of its runs has a noise of its own. */
export function worldProblem({ prior, tasks, score }: World, seed: number): Problem {
  const total = prior.reduce((sum, weight) => sum + weight, 0);
  return {
    prior: prior.map((weight) => weight / total),
    taskWeights: tasks.map(() => 1 / tasks.length),
    mixtures: null,
    run: (mixture, at) => score(mixture, derivedSeed(seed, ['bench', 'run', at])),
  };
}

/** Mean over tasks without noise. */
export function objectiveIn(world: World, weights: readonly number[]): number {
  if (world.truth !== undefined) return mean(world.truth(weights));
  const seeds = Array.from({ length: TRUTH_SEEDS }, (_, at) => derivedSeed(at, ['bench', 'truth']));
  return mean(seeds.map((seed) => mean(world.score(weights, seed))));
}

/** 0 at the optimum, 1 at the natural proportions. */
export function regretIn(world: World, weights: readonly number[]): number {
  const optimum = mean(world.optimum.scores);
  return (objectiveIn(world, weights) - optimum) / (objectiveIn(world, normalised(world.prior)) - optimum);
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
