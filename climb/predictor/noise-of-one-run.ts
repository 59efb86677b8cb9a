import { noiseFloor } from './noise-floor.ts';
import type { Observation } from './observations.ts';
import { combineSds, type Predictor } from './predictor.ts';
import { posterior } from './task-model.ts';

/**
 * Standard deviation of the objective from one run to another of the same mixture, in score units: pooled over the
 * mixtures that were repeated, or where none was what the predictor was fitted with.
 */
export function noiseOfOneRun(
  predictor: Predictor,
  observations: readonly Pick<Observation, 'weights' | 'losses'>[],
): number {
  const floor = noiseFloor(observations, predictor.taskWeights);
  if (floor !== null) return Math.sqrt(floor.combined.variance);
  const sds = predictor.tasks.map((task) => [posterior(task).noiseSd]);
  return combineSds(predictor, sds)[0] as number;
}
