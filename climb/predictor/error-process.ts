import { conditioned, type GaussianProcess } from './gaussian-process.ts';

/** The most and the least that the variance is scaled by, as powers of two. */
const POWERS = { least: -8, most: 8 } as const;
/** Standard deviation of the scale's logarithm beforehand. */
const PRIOR_SD = 1;

/**
 * A process of the errors that a law makes of mixtures it hasn't seen, for a law that doesn't tell them itself: the
 * task's own Gaussian process, which knows where runs are far, its variance scaled by the power of two under which
 * the errors out of fold are likeliest (independent and normal, with a normal prior on the scale's logarithm).
 *
 * @param process fitted to the same rows
 * @param errors  score less what the law predicts for it, fitted without its group
 * @param groups  the folds
 */
export function errorProcess(
  process: GaussianProcess,
  errors: readonly number[],
  groups: readonly (readonly number[])[],
): GaussianProcess {
  let best = { process, loss: Infinity };
  for (let power = POWERS.least; power <= POWERS.most; power++) {
    const scaled = { ...process, scores: errors, mean: 0, signalSd: process.signalSd * 2 ** (power / 2) };
    const { variance } = conditioned(scaled).leaveGroupsOut(groups);
    const loss = errors.reduce(
      (sum, error, i) => sum + 0.5 * (error ** 2 / (variance[i] as number) + Math.log(variance[i] as number)),
      0.5 * ((power * Math.LN2) / PRIOR_SD) ** 2,
    );
    if (loss < best.loss) best = { process: scaled, loss };
  }
  return best.process;
}
