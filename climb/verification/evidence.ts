import type { Arm } from './arms.ts';
import { guardBreakers, guardLimits, weighGuards, type GuardEvidence } from './guards.ts';
import { itemLosses } from './item-outcomes.ts';
import { lossOf, taskLabel } from './objective.ts';
import { taskIn, type ProxyScore } from './proxy-score.ts';
import { recommend, type Recommendation } from './recommendation.ts';
import type { SearchSpec, TaskSpec } from '../spec/search-file.ts';
import { compareArms, type Verification } from './verification.ts';

/** What an arm scored on one task, over its seeds. */
export type ArmTaskScore = {
  readonly task: string;
  readonly metric: TaskSpec['metric'];
  /** By seed, lower is better. */
  readonly values: readonly number[];
  /** Null where every run diverged. */
  readonly mean: number | null;
  /** Null there too, and for plain texts, which can't be answered. */
  readonly accuracy: number | null;
  /** Right choice less the best wrong one, nats a byte; absent where the trainer doesn't say. */
  readonly margin?: number;
};

export type ArmEvidence = Omit<Arm, 'weights'> & {
  readonly weights: readonly number[];
  /** On the tasks that were not searched: what counts. */
  readonly report: readonly ArmTaskScore[];
  /** On the searched tasks, with the fresh seeds. */
  readonly searched: readonly ArmTaskScore[];
};

export type Evidence = {
  readonly recommendation: Recommendation;
  readonly verification: Verification;
  readonly arms: readonly ArmEvidence[];
  /** Each guard and each arm but the proportional one; empty where the search has no guards. */
  readonly guards: readonly GuardEvidence[];
};

/** What of a search's spec decides how its evidence is weighed. */
export type Weighed = Pick<SearchSpec, 'tasks' | 'report'> &
  Partial<Pick<SearchSpec, 'objective' | 'seed'>> & {
    readonly verify?: Pick<SearchSpec['verify'], 'interval'>;
  };

/**
 * Compares the arms on the report tasks by runs with fresh seeds alone: scores of the search take no part.
 * @param runs [arm][seed], only runs that have a score
 * @returns null where no candidate or not every baseline has a score: nothing can be claimed of all baselines then
 */
export function weighEvidence(
  spec: Weighed,
  arms: readonly Arm[],
  runs: readonly (readonly ProxyScore[])[],
): Evidence | null {
  const { tasks, report, objective, seed = 0 } = spec;
  const present = arms.flatMap((arm, at) => (runs[at]?.length ? [{ arm, runs: runs[at] }] : []));
  const named = (role: Arm['role']) => present.flatMap(({ arm }) => (arm.role === role ? [arm.id] : []));
  const [candidates, baselines] = [named('candidate'), named('baseline')];
  const [firstBaseline] = baselines;
  const missing = arms.some(({ id, role }) => role === 'baseline' && !baselines.includes(id));
  // One run of each arm says nothing about chance.
  const unrepeated = present.every(({ runs }) => runs.length < 2);
  if (candidates.length === 0 || firstBaseline === undefined || missing || unrepeated) return null;
  const names = present.map(({ arm }) => arm.id);
  const scoresOn = (list: readonly TaskSpec[]) =>
    present.map(({ runs }) =>
      runs.map((run) => list.map((task) => itemLosses(taskIn(run, taskLabel(task)).items, task.metric))),
    );
  const verification = compareArms({
    arms: names,
    scores: scoresOn(report.tasks),
    taskWeights: report.tasks.map(({ weight }) => weight),
    candidates,
    baselines,
    natural: baselines.includes('proportional') ? 'proportional' : firstBaseline,
    interval: spec.verify?.interval ?? 'student',
    seed,
  });
  const guards = weighGuards(guardLimits({ tasks, report, objective }), names, ({ task }) => scoresOn([task]));
  return {
    recommendation: recommend(verification, guardBreakers(guards)),
    verification,
    guards,
    arms: arms.map((arm, at) => ({
      ...arm,
      report: report.tasks.map((task) => armTaskScore(runs[at] ?? [], task)),
      searched: tasks.map((task) => armTaskScore(runs[at] ?? [], task)),
    })),
  };
}

function armTaskScore(runs: readonly ProxyScore[], task: TaskSpec): ArmTaskScore {
  const { metric } = task;
  const scores = runs.map((run) => taskIn(run, taskLabel(task)));
  const values = scores.map((score) => lossOf(score, metric));
  const accuracies = scores.flatMap(({ accuracy }) => accuracy ?? []);
  const margin = average(scores.flatMap((score) => score.margin ?? []));
  return {
    task: taskLabel(task),
    metric,
    values,
    mean: average(values),
    accuracy: average(accuracies),
    ...(margin !== null && { margin }),
  };
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
