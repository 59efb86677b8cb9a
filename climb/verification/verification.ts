import { type ItemScores, itemInfluence, pooledScore } from './item-scores.ts';
import { studentQuantile } from './student-t.ts';

export type ArmEstimate = {
  readonly arm: string;
  readonly seeds: number;
  /** Mean over seeds of the weighted mean over tasks, lower is better. */
  readonly mean: number;
  /** The interval of this mean alone, not corrected for the number of arms. */
  readonly lower: number;
  readonly upper: number;
};

export type Comparison = {
  readonly arm: string;
  readonly against: string;
  /** Score of `against` less score of `arm`: positive where `arm` is better. */
  readonly advantage: number;
  /** All intervals of a verification hold together with its confidence. */
  readonly lower: number;
  readonly upper: number;
};

/** What fresh seeds say of the best mixtures and the baselines. Plain JSON. */
export type Verification = {
  readonly confidence: number;
  readonly candidates: readonly string[];
  readonly baselines: readonly string[];
  readonly natural: string;
  /** Standard deviation of a run's score over seeds, pooled over the arms, and its degrees of freedom. */
  readonly seedSd: number;
  readonly seedDegrees: number;
  readonly arms: readonly ArmEstimate[];
  /** Each candidate against each baseline, then each other baseline against the natural one. */
  readonly comparisons: readonly Comparison[];
};

export type VerificationRequest = {
  readonly arms: readonly string[];
  /** [arm][seed][task], from runs that took no part in choosing the arms. Every arm has the same tasks and items. */
  readonly scores: readonly (readonly (readonly ItemScores[])[])[];
  /** >= 0, divided by their sum. */
  readonly taskWeights: readonly number[];
  readonly candidates: readonly string[];
  readonly baselines: readonly string[];
  /** The baseline to fall back on when nothing is shown to be better: the corpus as it is. */
  readonly natural: string;
  readonly confidence?: number;
};

/** An estimate's variance as parts, each known with its own degrees of freedom. */
type VariancePart = { readonly variance: number; readonly degrees: number };

/**
 * Compares arms over two sources of chance: which items a task has, and which seeds the runs had.
 *
 * Items: the two arms answer the same items, so the variance is that of the paired differences of item influences,
 * averaged over seeds (`itemInfluence`). Seeds: σ²·(1/S₁ + 1/S₂), with σ pooled over every arm, since the few seeds of
 * one arm know it within a factor of two at best. The two add up; the interval is Student's with Satterthwaite's
 * degrees of freedom (1946), rounded down. Comparisons are corrected by Bonferroni, which holds whatever their
 * dependence; arms that share seeds are taken as independent, which is conservative.
 *
 * @throws RangeError for unknown names, ragged or non-finite scores, fewer than two items, or no arm with two seeds.
 */
export function compareArms(request: VerificationRequest): Verification {
  const { candidates, baselines, natural, confidence = 0.95 } = request;
  check(request);
  const totalWeight = request.taskWeights.reduce((sum, weight) => sum + weight, 0);
  const taskWeights = request.taskWeights.map((weight) => weight / totalWeight);
  const arms = request.arms.map((arm, a) => summarise(arm, request.scores[a] ?? [], taskWeights));
  const seedDegrees = arms.reduce((sum, { values }) => sum + values.length - 1, 0);
  const squares = arms.flatMap(({ values, mean }) => values.map((value) => (value - mean) ** 2));
  const seedVariance = squares.reduce((sum, square) => sum + square, 0) / seedDegrees;
  const seedPart = (runs: number): VariancePart => ({ variance: seedVariance / runs, degrees: seedDegrees });

  const pairs = [
    ...candidates.flatMap((arm) => baselines.map((against) => ({ arm, against }))),
    ...baselines.filter((arm) => arm !== natural).map((arm) => ({ arm, against: natural })),
  ];
  const byName = new Map(arms.map((arm) => [arm.arm, arm]));
  return {
    confidence,
    candidates,
    baselines,
    natural,
    seedSd: Math.sqrt(seedVariance),
    seedDegrees,
    arms: arms.map(({ arm, values, mean, influence }) => {
      const half = halfWidth([...itemParts(influence), seedPart(values.length)], 1 - confidence);
      return { arm, seeds: values.length, mean, lower: mean - half, upper: mean + half };
    }),
    comparisons: pairs.map(({ arm, against }) => {
      const [a, b] = [byName.get(arm) as Arm, byName.get(against) as Arm];
      const paired = a.influence.map((task, t) => task.map((value, i) => value - (b.influence[t]?.[i] as number)));
      const runs = 1 / (1 / a.values.length + 1 / b.values.length);
      const half = halfWidth([...itemParts(paired), seedPart(runs)], (1 - confidence) / pairs.length);
      const advantage = b.mean - a.mean;
      return { arm, against, advantage, lower: advantage - half, upper: advantage + half };
    }),
  };
}

type Arm = {
  readonly arm: string;
  /** One a seed: the weighted mean over tasks. */
  readonly values: readonly number[];
  readonly mean: number;
  /** [task][item]: task weight times influence, averaged over seeds. */
  readonly influence: readonly Float64Array[];
};

function summarise(arm: string, runs: readonly (readonly ItemScores[])[], taskWeights: readonly number[]): Arm {
  const values = runs.map((tasks) =>
    tasks.reduce((sum, items, t) => sum + (taskWeights[t] as number) * pooledScore(items), 0),
  );
  const influence = taskWeights.map((weight, t) => {
    const perRun = runs.map((tasks) => itemInfluence(tasks[t] as ItemScores));
    return (perRun[0] as Float64Array).map(
      (_, i) => (weight * perRun.reduce((sum, run) => sum + (run[i] as number), 0)) / perRun.length,
    );
  });
  return { arm, values, mean: values.reduce((sum, value) => sum + value, 0) / values.length, influence };
}

/** Per task, the variance of the mean of influences, whose own mean is 0. */
function itemParts(influence: readonly Float64Array[]): VariancePart[] {
  return influence.map((task) => {
    const degrees = task.length - 1;
    const squares = task.reduce((sum, value) => sum + value * value, 0);
    return { variance: squares / degrees / task.length, degrees };
  });
}

/** Half the width of a two-sided interval that misses with probability `alpha`. */
function halfWidth(parts: readonly VariancePart[], alpha: number): number {
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  if (variance === 0) return 0;
  const degrees = variance ** 2 / parts.reduce((sum, part) => sum + part.variance ** 2 / part.degrees, 0);
  return studentQuantile(1 - alpha / 2, Math.max(1, Math.floor(degrees))) * Math.sqrt(variance);
}

function check({
  arms,
  scores,
  taskWeights,
  candidates,
  baselines,
  natural,
  confidence = 0.95,
}: VerificationRequest): void {
  const refuse = (got: string): never => {
    throw new RangeError(
      `a verification compares named candidates with baselines over at least two seeds and the same items: got ${got}`,
    );
  };
  const unknown = [...candidates, ...baselines].find((name) => !arms.includes(name));
  if (unknown !== undefined) refuse(`no arm ${unknown} among ${arms.join(', ')}`);
  if (candidates.length === 0 || baselines.length === 0) refuse('no candidates or no baselines');
  if (!baselines.includes(natural)) refuse(`${natural} as the natural choice, which is not among the baselines`);
  if (!(confidence > 0 && confidence < 1)) refuse(`confidence ${confidence}, not in (0, 1)`);
  if (!taskWeights.every((w) => w >= 0) || !taskWeights.some((w) => w > 0))
    refuse(`task weights [${taskWeights.join(', ')}]`);
  if (scores.length !== arms.length || scores.some((runs) => runs.length === 0))
    refuse('an arm without runs; leave it out');
  if (scores.every((runs) => runs.length === 1))
    refuse('one seed an arm, which says nothing about chance; set verify.seeds to 2 or more');
  const first = scores[0]?.[0] ?? [];
  for (const [a, runs] of scores.entries()) {
    for (const tasks of runs) {
      if (tasks.length !== taskWeights.length)
        refuse(`${tasks.length} tasks for ${arms[a]}, ${taskWeights.length} weights`);
      for (const [t, { losses, sizes }] of tasks.entries()) {
        const items = first[t]?.sizes ?? [];
        if (losses.length < 2 || losses.length !== items.length || sizes.some((size, i) => size !== items[i])) {
          refuse(`${losses.length} items of task ${t} for ${arms[a]}; every run must score the same two or more items`);
        }
        if (!losses.every(Number.isFinite) || !sizes.every((size) => size > 0))
          refuse(`a non-finite loss or empty item of ${arms[a]}`);
      }
    }
  }
}
