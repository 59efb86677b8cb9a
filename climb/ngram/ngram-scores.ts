import { uniform, type Mixture } from '../mixture/mixture.ts';
import { likelihoodGradient, logLikelihoods } from './log-likelihood.ts';
import { tokenCount, type NgramPrior, type NgramTask } from './ngram-prior.ts';

/** Tokens over all tasks that the scoring of many mixtures looks at: under 100 µs a mixture of 26 clusters. */
const SCORED_TOKENS = 4096;
/** Of a task at least: with fewer the order of mixtures would be that of a few words. */
const LEAST_TOKENS = 256;

/**
 * Bits per byte that the n-gram models give each task under each mixture, lower is better:
 *
 *   −Σ over tokens of log₂(Σ_c w_c P_c(token)) / bytes
 *
 * Where a task has many tokens, some at even distances stand for all, the same for every mixture. What they get wrong
 * is taken off where it is known, at the uniform mixture, with its slope there (a difference estimator: Särndal,
 * Swensson and Wretman 1992, section 6.3): exact to first order in the middle, within a few thousandths of a bit
 * where a mixture is nearly one cluster.
 *
 * @returns [task][mixture]
 * @throws RangeError for mixtures over another number of clusters, or with weights that are negative or NaN
 */
export function ngramScores(prior: NgramPrior, mixtures: readonly Mixture[]): number[][] {
  const { clusters } = prior;
  refuseStrangers(clusters, mixtures);
  return condensed(prior).map(({ task, at, slope }) =>
    bitsPerByte(task, clusters, mixtures).map((score, i) =>
      slope.reduce((sum, s, c) => sum + s * ((mixtures[i] as Mixture)[c]! - 1 / clusters), score + at),
    ),
  );
}

/** Some tokens of a task; what they get wrong at the uniform mixture, and a unit of each weight away from it. */
type Condensed = { readonly task: NgramTask; readonly at: number; readonly slope: readonly number[] };

/** Proposing a batch scores mixtures a dozen times: what that needs of a prior is made once. */
const made = new WeakMap<NgramPrior, readonly Condensed[]>();

function condensed(prior: NgramPrior): readonly Condensed[] {
  const { clusters, tasks } = prior;
  const most = Math.max(LEAST_TOKENS, Math.floor(SCORED_TOKENS / Math.max(1, tasks.length)));
  const known = made.get(prior);
  if (known !== undefined) return known;
  const fresh = tasks.map((task): Condensed => {
    const some = subset(task, clusters, most);
    if (some === task) return { task, at: 0, slope: [] };
    const [whole, part] = [uniformFigures(task, clusters), uniformFigures(some, clusters)];
    return { task: some, at: whole.bits - part.bits, slope: whole.slope.map((s, c) => s - part.slope[c]!) };
  });
  made.set(prior, fresh);
  return fresh;
}

/** As `ngramScores` with every token of every task: for a few mixtures. */
export function exactNgramScores({ clusters, tasks }: NgramPrior, mixtures: readonly Mixture[]): number[][] {
  refuseStrangers(clusters, mixtures);
  return tasks.map((task) => bitsPerByte(task, clusters, mixtures));
}

/** Rows at even distances, with bytes in proportion; the task itself where it has no more. */
function subset(task: NgramTask, clusters: number, most: number): NgramTask {
  const tokens = tokenCount(task, clusters);
  if (tokens <= most) return task;
  const probabilities = new Float32Array(most * clusters);
  for (let row = 0; row < most; row++) {
    const from = Math.floor((row * tokens) / most) * clusters;
    probabilities.set(task.probabilities.subarray(from, from + clusters), row * clusters);
  }
  return { bytes: (task.bytes * most) / tokens, probabilities };
}

/** Bits per byte at the uniform mixture, and by how much a unit of each weight changes them. */
function uniformFigures({ probabilities, bytes }: NgramTask, clusters: number): { bits: number; slope: number[] } {
  const { nats, gradient } = likelihoodGradient(probabilities, uniform(clusters));
  return { bits: -nats / Math.LN2 / bytes, slope: Array.from(gradient, (g) => -g / Math.LN2 / bytes) };
}

function bitsPerByte({ probabilities, bytes }: NgramTask, clusters: number, mixtures: readonly Mixture[]): number[] {
  return logLikelihoods(probabilities, clusters, mixtures).map((nats) => -nats / Math.LN2 / bytes);
}

function refuseStrangers(clusters: number, mixtures: readonly Mixture[]): void {
  const bad = mixtures.findIndex((m) => m.length !== clusters || !m.every((w) => w >= 0 && w < Infinity));
  if (bad < 0) return;
  throw new RangeError(
    `an n-gram prior over ${clusters} clusters needs as many finite weights >= 0 a mixture: got ` +
      `[${(mixtures[bad] as Mixture).join(', ')}] at index ${bad}; look for a mixture of another domain set`,
  );
}
