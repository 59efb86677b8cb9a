import { ownField } from '../own-field.ts';
import type { SearchSpec, TaskSpec } from '../spec/search-file.ts';
import { taskLabel } from './objective.ts';
import { compareArms, type VerificationRequest } from './verification.ts';

/** A task whose loss may exceed that of the proportional mixture by so much. */
export type GuardLimit = { readonly task: TaskSpec; readonly label: string; readonly maxLoss: number };

type Guarded = Pick<SearchSpec, 'tasks' | 'report'> & { readonly objective?: SearchSpec['objective'] | undefined };

/** The guarded tasks, searched and reported, in the order of the search file. None where it has no guards. */
export function guardLimits({ tasks, report, objective }: Guarded): GuardLimit[] {
  const { maxLoss: common, tasks: own } = objective?.guards ?? {};
  return [...tasks, ...report.tasks].flatMap((task) => {
    const label = taskLabel(task);
    const maxLoss = ownField(own, label) ?? common;
    return maxLoss === undefined ? [] : [{ task, label, maxLoss }];
  });
}

/** What fresh seeds say of one guard and one arm. Plain JSON. */
export type GuardEvidence = {
  readonly task: string;
  readonly arm: string;
  readonly maxLoss: number;
  /** Loss of the arm less that of the proportional mixture: positive where the arm is worse. */
  readonly excess: number;
  /** Upper bound of the excess. */
  readonly upper: number;
  readonly kept: boolean;
};

/** What guards compare with. */
export const guardian = 'proportional';

/**
 * Whether each arm keeps each guard: the *upper* bound of its excess over the proportional mixture must not exceed the
 * limit, so that an arm which is merely not shown to be worse, for want of seeds or items, doesn't pass (a test of
 * non-inferiority). An arm must keep all guards, so that the bounds need no correction for the number of tasks
 * (intersection–union test, Berger 1982); they are corrected for the number of arms. Each is one-sided at `confidence`.
 *
 * @param scores [arm][seed] of the guarded task's items
 */
export function weighGuards(
  limits: readonly GuardLimit[],
  arms: readonly string[],
  scoresOf: (limit: GuardLimit) => VerificationRequest['scores'],
  confidence = 0.95,
): GuardEvidence[] {
  const others = arms.filter((arm) => arm !== guardian);
  if (others.length === 0 || !arms.includes(guardian)) return [];
  return limits.flatMap((limit) => {
    const { comparisons } = compareArms({
      arms,
      scores: scoresOf(limit),
      taskWeights: [1],
      candidates: others,
      baselines: [guardian],
      natural: guardian,
      // Of a two-sided interval the upper end alone is asked.
      confidence: 1 - 2 * (1 - confidence),
    });
    return comparisons.map(({ arm, advantage, lower }) => ({
      task: limit.label,
      arm,
      maxLoss: limit.maxLoss,
      excess: 0 - advantage,
      upper: 0 - lower,
      kept: 0 - lower <= limit.maxLoss,
    }));
  });
}

/** Arms that break a guard. */
export function guardBreakers(evidence: readonly GuardEvidence[]): Set<string> {
  return new Set(evidence.filter(({ kept }) => !kept).map(({ arm }) => arm));
}
