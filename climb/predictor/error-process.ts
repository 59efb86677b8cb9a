import { conditioned, type GaussianProcess } from './gaussian-process.ts';

/** The most and the least that the variance is scaled by, as powers of two. */
const MOST_POWER = 10;
/** Standard deviation of the scale's logarithm beforehand. */
const PRIOR_SD = 1;

/**
 * A process of the errors that a law makes of mixtures it hasn't seen, for a law that doesn't tell them itself: the
 * task's own Gaussian process, which knows where runs are far, its variance scaled by the power of two under which
 * the errors out of fold are likeliest (independent and normal, with a normal prior on the scale's logarithm), found
 * downhill from 1.
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
  const scaled = (power: number) => {
    const candidate = {
      ...process,
      scores: errors,
      mean: 0,
      signalSd: process.signalSd * Math.exp((power * Math.LN2) / 2),
    };
    const { variance } = conditioned(candidate).leaveGroupsOut(groups);
    const loss = errors.reduce(
      (sum, error, i) => sum + 0.5 * (error ** 2 / (variance[i] as number) + Math.log(variance[i] as number)),
      0.5 * ((power * Math.LN2) / PRIOR_SD) ** 2,
    );
    return { candidate, loss };
  };
  let best = scaled(0);
  for (const direction of [-1, 1]) {
    for (let power = direction; Math.abs(power) <= MOST_POWER; power += direction) {
      const next = scaled(power);
      if (next.loss >= best.loss) break;
      best = next;
    }
  }
  return best.candidate;
}
