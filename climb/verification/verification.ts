import { bootstrapDeviations, upperQuantile } from './bootstrap.ts';
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
  /** How the intervals were had; absent in verifications of before there was a choice: Student's. */
  readonly interval?: Interval;
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
  /** Default `student`. */
  readonly interval?: Interval;
  /** Of the bootstrap's draws. */
  readonly seed?: number;
};

export type Interval = 'student' | 'bootstrap';

/** An estimate's variance as parts, each known with its own degrees of freedom. */
type VariancePart = { readonly variance: number; readonly degrees: number };

/**
 * Compares arms over two sources of chance: which items a task has, and which seeds the runs had.
 *
 * Items: the two arms answer the same items, so the variance is that of the paired differences of item influences,
 * averaged over seeds (`itemInfluence`). Seeds: σ²·(1/S₁ + 1/S₂), with σ pooled over every arm, since the few seeds of
 * one arm know it within a factor of two at best; arms that share seeds are taken as independent, which is conservative.
 * The two add up to the squared standard error s of an estimate.
 *
 * `student`: ± t·s with Satterthwaite's degrees of freedom (1946), rounded down; comparisons corrected by Bonferroni,
 * which holds whatever their dependence. `bootstrap`: ± c·s, where c is what the largest |deviation| / s of all
 * comparisons together stays under in the wanted share of replicates (`bootstrapDeviations`); arms that stand in many
 * comparisons, and items that all arms answer, make these depend on one another, which this c knows and Bonferroni
 * doesn't (the single-step maximum of Westfall and Young 1993).
 *
 * @throws RangeError for unknown names, ragged or non-finite scores, fewer than two items, or no arm with two seeds.
 */
export function compareArms(request: VerificationRequest): Verification {
  const { candidates, baselines, natural, confidence = 0.95, interval = 'student', seed = 0 } = request;
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
  const byName = new Map(arms.map((arm, at) => [arm.arm, { ...arm, at }]));
  const compared = pairs.map(({ arm, against }) => {
    const [a, b] = [byName.get(arm) as PlacedArm, byName.get(against) as PlacedArm];
    const paired = a.influence.map((task, t) => task.map((value, i) => value - (b.influence[t]?.[i] as number)));
    const runs = 1 / (1 / a.values.length + 1 / b.values.length);
    return { arm, against, a, b, parts: [...itemParts(paired), seedPart(runs)] };
  });
  const alone = arms.map((arm) => ({ ...arm, parts: [...itemParts(arm.influence), seedPart(arm.values.length)] }));
  const halves =
    interval === 'student'
      ? studentHalves(alone, compared, confidence)
      : bootstrapHalves(
          alone,
          compared,
          confidence,
          bootstrapDeviations({ scores: request.scores, taskWeights, seedVariance, seedDegrees, seed }),
        );
  return {
    confidence,
    candidates,
    baselines,
    natural,
    interval,
    seedSd: Math.sqrt(seedVariance),
    seedDegrees,
    arms: alone.map(({ arm, values, mean }, at) => {
      const half = halves.alone[at] as number;
      return { arm, seeds: values.length, mean, lower: mean - half, upper: mean + half };
    }),
    comparisons: compared.map(({ arm, against, a, b }, at) => {
      const half = halves.compared[at] as number;
      const advantage = b.mean - a.mean;
      return { arm, against, advantage, lower: advantage - half, upper: advantage + half };
    }),
  };
}

type PlacedArm = Arm & { readonly at: number };
type Estimate = { readonly parts: readonly VariancePart[] };
type Difference = Estimate & { readonly a: PlacedArm; readonly b: PlacedArm };
/** Half the width of each interval. */
type Halves = { readonly alone: readonly number[]; readonly compared: readonly number[] };

function studentHalves(alone: readonly Estimate[], compared: readonly Difference[], confidence: number): Halves {
  return {
    alone: alone.map(({ parts }) => halfWidth(parts, 1 - confidence)),
    compared: compared.map(({ parts }) => halfWidth(parts, (1 - confidence) / compared.length)),
  };
}

/** @param deviations [replicate][arm] */
function bootstrapHalves(
  alone: readonly Estimate[],
  compared: readonly Difference[],
  confidence: number,
  deviations: readonly (readonly number[])[],
): Halves {
  const error = ({ parts }: Estimate) => Math.sqrt(parts.reduce((sum, { variance }) => sum + variance, 0));
  // What has no error at all is known, and no replicate moves it.
  const studentised = (deviation: number, error: number) => (error === 0 ? 0 : Math.abs(deviation) / error);
  const errors = compared.map(error);
  const largest = deviations.map((of) =>
    Math.max(
      ...compared.map(({ a, b }, k) => studentised((of[a.at] as number) - (of[b.at] as number), errors[k] as number)),
    ),
  );
  const critical = upperQuantile(largest, confidence);
  return {
    alone: alone.map((estimate, arm) => {
      const own = error(estimate);
      return (
        own *
        upperQuantile(
          deviations.map((of) => studentised(of[arm] as number, own)),
          confidence,
        )
      );
    }),
    compared: errors.map((error) => critical * error),
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
