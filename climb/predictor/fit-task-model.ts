import { checkedRuns, type TaskRuns } from './checked-runs.ts';
import { errorProcess } from './error-process.ts';
import { folds } from './folds.ts';
import { fitGaussianProcess } from './gaussian-process-fit.ts';
import { conditioned } from './gaussian-process.ts';
import { knownCoefficient } from './known-trend.ts';
import { fitLaw, type Law, type LawKind, predictOutOfFold } from './laws.ts';
import type { PooledNoise } from './noise-floor.ts';
import { type NoisePrior, noisePrior } from './noise-prior.ts';
import { spearman } from '../spearman.ts';
import { stackedShares } from './stacking.ts';
import { type BlendedModel, processAlone } from './task-model.ts';

/** Which law each task gets; 'auto' is the Gaussian process, blended with laws of few parameters where that ranks better. */
export type PredictorKind = LawKind | 'auto';

const FOLDS = 8;
/** Laws that a process may be blended with: a few milliseconds each, and right where the world is as simple as they. */
const PARTNERS = ['log-linear', 'ridge'] as const;

/**
 * Fits one task's model to what is left of the scores after β·known.
 *
 * A law that isn't a Gaussian process says nothing of its uncertainty: it gets a process of its errors out of fold. 'auto' stacks the process and `PARTNERS` by their errors out of fold, and keeps to the
 * process alone unless the blend's Spearman correlation out of fold is higher.
 *
 * @param runs `repeats`: the task's noise pooled over repeated mixtures, where there are any
 * @throws RangeError as `checkedRuns`.
 */
export function fitTaskModel(
  runs: TaskRuns & { readonly known: readonly number[] | null; readonly repeats: PooledNoise | null },
  kind: PredictorKind,
): BlendedModel {
  const { mixtures, scores, known, repeats } = checkedRuns(runs);
  const noise = noisePrior(variance(scores) || 1, repeats);
  const coefficient = known === null ? 0 : knownCoefficient(mixtures, scores, known, noise);
  const rest = known === null ? scores : scores.map((score, i) => score - coefficient * (known[i] as number));
  const groups = folds(mixtures, FOLDS);
  const process: Process = { kind: 'gaussian-process', ...fitGaussianProcess({ mixtures, scores: rest }, { noise }) };
  if (kind === 'gaussian-process') return processAlone(process, coefficient);
  if (kind === 'auto') return blend(process, noise, groups, coefficient);
  const laws = [{ share: 1, law: fitLaw(kind, mixtures, rest, noise) }];
  // One mixture alone can't be left out: its scores err about their mean.
  const predicted =
    groups.length > 1 ? predictOutOfFold(kind, mixtures, rest, noise, groups) : rest.map(() => mean(rest));
  return { kind, known: coefficient, laws, errors: errorProcess(process, differences(rest, predicted), groups) };
}

type Process = Law & { readonly kind: 'gaussian-process' };

function blend(
  process: Process,
  noise: NoisePrior,
  groups: readonly (readonly number[])[],
  known: number,
): BlendedModel {
  const { mixtures, scores } = process;
  const alone = processAlone(process, known);
  if (groups.length < FOLDS) return alone;
  const own = conditioned(process).leaveGroupsOut(groups).mean;
  const members = [
    { fit: (): Law => process, predicted: own },
    ...PARTNERS.map((kind) => ({
      fit: () => fitLaw(kind, mixtures, scores, noise),
      predicted: predictOutOfFold(kind, mixtures, scores, noise, groups),
    })),
  ];
  const shares = stackedShares(members.map(({ predicted }) => differences(scores, predicted)));
  const predicted = scores.map((_, i) =>
    members.reduce((sum, member, k) => sum + (shares[k] as number) * (member.predicted[i] as number), 0),
  );
  if ((spearman(predicted, scores) ?? 0) <= (spearman(own, scores) ?? 0)) return alone;
  const laws = members.flatMap(({ fit }, k) => (shares[k] === 0 ? [] : [{ share: shares[k] as number, law: fit() }]));
  return { kind: 'blend', known, laws, errors: errorProcess(process, differences(scores, predicted), groups) };
}

function differences(from: readonly number[], values: readonly number[]): number[] {
  return from.map((value, i) => value - (values[i] as number));
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
