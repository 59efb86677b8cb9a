import type { GroupParts } from './bound-tree.ts';
import type { GroupBound } from './constraint-request.ts';
import { PARTS } from './mixture.ts';

/** Rounding errors of a bound such as 0.07 must not move it by a whole part. */
const PART_TOLERANCE = 1e-6;

/** Bounds on single weights, rounded inwards to whole parts. */
export function boundsInParts({
  lower,
  upper,
}: {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}): {
  lower: number[];
  upper: number[];
} {
  return {
    lower: lower.map((bound) => Math.max(0, Math.ceil(bound * PARTS - PART_TOLERANCE))),
    upper: upper.map((bound) => Math.min(PARTS, Math.floor(bound * PARTS + PART_TOLERANCE))),
  };
}

/** The same of groups. */
export function groupsInParts(groups: readonly GroupBound[]): GroupParts[] {
  return groups.map(({ members, lower, upper }) => {
    const parts = boundsInParts({ lower: [lower], upper: [upper] });
    return { members, lower: parts.lower[0] as number, upper: parts.upper[0] as number };
  });
}
