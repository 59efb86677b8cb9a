import { proxyShape } from '../spec/proxy-shape.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import type { Arm } from './arms.ts';
import type { Weighed } from './evidence.ts';
import { itemLosses } from './item-outcomes.ts';
import type { Skipped } from './ladder.ts';
import { taskLabel } from './objective.ts';
import { taskIn, type ProxyScore } from './proxy-score.ts';
import { guardian as baseline } from './guards.ts';
import { compareArms, type VerificationRequest } from './verification.ts';

/** The recommended arm at one number of tokens beside the proportional mixture at all of them. */
export type EfficiencyPoint = {
  readonly tokens: number;
  /** Score of the proportional mixture less that of the recipe: positive where fewer tokens of the recipe are enough. */
  readonly advantage: number;
  readonly lower: number;
  readonly upper: number;
};

/** Tokens at which something is reached; `atMost`: it is at the fewest that were tried, and perhaps before. */
export type Crossing = { readonly tokens: number; readonly atMost: boolean };

/** At how many tokens the recipe reaches what the proportional mixture ends with. Plain JSON. */
export type Efficiency = {
  readonly arm: string;
  /** Tokens that the proportional mixture, and the recipe at its longest, trained on. */
  readonly tokens: number;
  /** By ascending tokens; lengths that were not trained are not among them. */
  readonly points: readonly EfficiencyPoint[];
  /** Null where it isn't reached at all. */
  readonly reached: Crossing | null;
  /** The interval: where the upper and where the lower bounds of the advantage reach 0. */
  readonly earliest: Crossing | null;
  readonly latest: Crossing | null;
  /** Why lengths are missing, where some are. */
  readonly skipped: readonly { readonly tokens: number; readonly why: Skipped | 'failed' }[];
};

/** The recommended arm's runs at one length; of all tasks that are reported, `[seed][task]`. */
export type LengthRuns = { readonly tokens: number; readonly scores: VerificationRequest['scores'][number] };

/**
 * The recipe at each length is compared with the proportional mixture at full length, as arms of a verification are:
 * paired over items, seeds pooled over all lengths, all intervals together. Between two lengths a figure is interpolated
 * on the logarithm of the tokens, on which losses fall about evenly. The tokens at which the advantage crosses 0 have an
 * interval between the crossings of its upper and its lower bounds (the set of lengths that a test doesn't tell from the
 * answer, Fieller 1954).
 *
 * @param lengths ascending, the last the full one; runs that have a score
 */
export function weighEfficiency(request: {
  readonly arm: string;
  readonly lengths: readonly LengthRuns[];
  readonly proportional: VerificationRequest['scores'][number];
  readonly taskWeights: readonly number[];
  readonly interval?: VerificationRequest['interval'] | undefined;
  readonly seed?: number | undefined;
  readonly skipped?: Efficiency['skipped'];
}): Efficiency {
  const { arm, lengths, proportional, taskWeights, interval = 'student', seed = 0, skipped = [] } = request;
  const names = lengths.map(({ tokens }) => String(tokens));
  const { comparisons } = compareArms({
    arms: [...names, baseline],
    scores: [...lengths.map(({ scores }) => scores), proportional],
    taskWeights,
    candidates: names,
    baselines: [baseline],
    natural: baseline,
    interval,
    seed,
  });
  const points = comparisons.map(({ advantage, lower, upper }, at) => ({
    tokens: lengths[at]?.tokens as number,
    advantage,
    lower,
    upper,
  }));
  return {
    arm,
    tokens: points.at(-1)?.tokens ?? 0,
    points,
    reached: crossing(points, ({ advantage }) => advantage),
    earliest: crossing(points, ({ upper }) => upper),
    latest: crossing(points, ({ lower }) => lower),
    skipped,
  };
}

/** Where a figure first reaches 0, coming from below; null where it never does. */
export function crossing(
  points: readonly EfficiencyPoint[],
  figure: (point: EfficiencyPoint) => number,
): Crossing | null {
  const at = points.findIndex((point) => figure(point) >= 0);
  const after = points[at];
  if (after === undefined) return null;
  const before = points[at - 1];
  if (before === undefined) return { tokens: after.tokens, atMost: true };
  const [from, to] = [figure(before), figure(after)];
  const [low, high] = [Math.log(before.tokens), Math.log(after.tokens)];
  return { tokens: Math.exp(low + ((high - low) * (0 - from)) / (to - from)), atMost: false };
}

/**
 * The recipe's efficiency from its proxies' scores on the report tasks; null where nothing was asked.
 * @param runs [arm][run] of the verification
 * @param lengths ascending, with the runs that have a score
 */
export function recipeEfficiency(
  spec: Weighed & Pick<SearchSpec, 'proxy'>,
  arm: string,
  { arms, runs }: { readonly arms: readonly Arm[]; readonly runs: readonly (readonly ProxyScore[])[] },
  lengths: readonly {
    readonly tokens: number;
    readonly skipped: Skipped | null;
    readonly runs: readonly ProxyScore[];
  }[],
): Efficiency | null {
  if (lengths.length === 0) return null;
  const { tasks } = spec.report;
  const scoresOf = (runs: readonly ProxyScore[]) =>
    runs.map((run) => tasks.map((task) => itemLosses(taskIn(run, taskLabel(task)).items, task.metric)));
  const runsOf = (name: string) => runs[arms.findIndex(({ id }) => id === name)] ?? [];
  const trained = [...lengths, { tokens: proxyShape(spec.proxy).tokens, runs: runsOf(arm) }];
  return weighEfficiency({
    arm,
    lengths: trained
      .filter(({ runs }) => runs.length > 0)
      .map(({ tokens, runs }) => ({ tokens, scores: scoresOf(runs) })),
    proportional: scoresOf(runsOf(baseline)),
    taskWeights: tasks.map(({ weight }) => weight),
    interval: spec.verify?.interval,
    seed: spec.seed,
    skipped: lengths.flatMap(({ tokens, skipped, runs }) =>
      runs.length > 0 ? [] : [{ tokens, why: skipped ?? ('failed' as const) }],
    ),
  });
}
