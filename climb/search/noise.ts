import { noiseFloor, type NoiseFloor } from '../predictor/noise-floor.ts';
import type { Observation } from '../predictor/observations.ts';
import type { ArmEvidence } from '../verification/evidence.ts';

/**
 * How much the searched tasks differ from run to run of one mixture, over every mixture that was run repeatedly: in the
 * search, and in the verification with its fresh seeds.
 * @returns null where no mixture was run twice
 */
export function searchNoise(
  observations: readonly Observation[],
  arms: readonly ArmEvidence[],
  taskWeights: readonly number[],
): NoiseFloor | null {
  const repeats = arms.flatMap(({ weights, searched }) =>
    (searched[0]?.values ?? []).map((_, run) => ({
      weights,
      losses: searched.map(({ values }) => values[run] as number),
    })),
  );
  return noiseFloor([...observations, ...repeats], taskWeights);
}
