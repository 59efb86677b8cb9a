import { canonicalJson } from '../content-key.ts';
import { ownField } from '../own-field.ts';
import { proxyShape } from '../spec/proxy-shape.ts';
import type { TaskSpec } from '../spec/search-file.ts';
import { itemLosses } from '../verification/item-outcomes.ts';
import { taskLabel } from '../verification/objective.ts';
import { taskIn } from '../verification/proxy-score.ts';
import { compareArms } from '../verification/verification.ts';
import type { Side } from './side.ts';

/** Means over seeds with intervals, lower is better; `advantage` is positive where the first search is better. */
export type ComparedScore = {
  readonly task: string;
  readonly metric: TaskSpec['metric'];
  readonly a: Estimate;
  readonly b: Estimate;
  readonly advantage: { readonly mean: number; readonly lower: number; readonly upper: number };
};
type Estimate = { readonly mean: number; readonly lower: number; readonly upper: number; readonly seeds: number };

export type ComparedScores = {
  readonly confidence: number;
  readonly tasks: readonly ComparedScore[];
  /** What can't be compared, and why. */
  readonly not: readonly { readonly task: string; readonly why: string }[];
};

/**
 * The recommended arms of two searches on each report task that both have, from the same items, by paired bootstrap: an
 * interval holds for its task alone. Runs of proxies that were made differently aren't compared.
 */
export function compareScores(a: Side, b: Side): ComparedScores {
  const confidence = 0.95;
  const [first, second] = [a, b].map(({ spec }) => spec.report.tasks) as [TaskSpec[], TaskSpec[]];
  const labels = [...new Set([...first, ...second].map(taskLabel))];
  const none = otherProxies(a, b) ?? missingRuns(a, b);
  const tasks: ComparedScore[] = [];
  const not: { task: string; why: string }[] = [];
  for (const label of labels) {
    const [one, other] = [first, second].map((list) => list.find((task) => taskLabel(task) === label));
    const why = none ?? otherTask(label, [a, b], [one, other]);
    if (why === null && one !== undefined) tasks.push(compared(one, [a, b], confidence));
    else not.push({ task: label, why: why ?? '' });
  }
  return { confidence, tasks, not };
}

function compared(task: TaskSpec, sides: readonly [Side, Side], confidence: number): ComparedScore {
  const label = taskLabel(task);
  const { arms, comparisons } = compareArms({
    arms: ['a', 'b'],
    scores: sides.map(({ runs }) => (runs ?? []).map((run) => [itemLosses(taskIn(run, label).items, task.metric)])),
    taskWeights: [1],
    candidates: ['a'],
    baselines: ['b'],
    natural: 'b',
    confidence,
    interval: 'bootstrap',
  });
  const [a, b] = arms.map(({ mean, lower, upper, seeds }) => ({ mean, lower, upper, seeds })) as [Estimate, Estimate];
  const { advantage, lower, upper } = comparisons[0]!;
  return { task: label, metric: task.metric, a, b, advantage: { mean: advantage, lower, upper } };
}

function otherProxies(a: Side, b: Side): string | null {
  if (canonicalJson(proxyShape(a.spec.proxy)) !== canonicalJson(proxyShape(b.spec.proxy))) {
    return 'their proxies have different shapes';
  }
  return a.trainer === b.trainer
    ? null
    : `they were trained with ${a.trainer ?? 'an unknown trainer'} and ${b.trainer ?? 'an unknown trainer'}`;
}

function missingRuns(a: Side, b: Side): string | null {
  const without = [a, b].filter(({ runs }) => runs === null || runs.length === 0);
  if (without.length > 0) {
    const [{ search, recipe }] = without as [Side];
    return recipe?.verified === true
      ? `the scores of "${search}" aren't among the artifacts here`
      : `"${search}" has no verified recipe`;
  }
  return [a, b].every(({ runs }) => (runs ?? []).length < 2)
    ? 'no arm has two runs that tell seeds from mixtures'
    : null;
}

type Pair<T> = readonly [T, T];

function otherTask(label: string, sides: Pair<Side>, [one, other]: readonly (TaskSpec | undefined)[]): string | null {
  if (one === undefined || other === undefined) {
    return `only "${sides[one === undefined ? 1 : 0].search}" reports it`;
  }
  const [a, b] = sides.map(({ items }) => ownField(items, label));
  if (a === undefined || a !== b) return 'its items are others, or nothing says which';
  return one.metric === other.metric ? null : `it is measured by ${one.metric} and by ${other.metric}`;
}
