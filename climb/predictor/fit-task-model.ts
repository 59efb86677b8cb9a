import { checkedRuns, type TaskRuns } from './checked-runs.ts';
import { folds } from './folds.ts';
import { fitGaussianProcess } from './gaussian-process-fit.ts';
import { conditioned } from './gaussian-process.ts';
import { knownCoefficient } from './known-trend.ts';
import { fitLaw, type Law, type LawKind, predictOutOfFold } from './laws.ts';
import { spearman } from './spearman.ts';
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
 * A law that isn't a Gaussian process says nothing of its uncertainty: it gets a process, with one length scale, of
 * its errors out of fold. 'auto' stacks the process and `PARTNERS` by their errors out of fold, and keeps to the
 * process alone unless the blend's Spearman correlation out of fold is higher.
 *
 * @throws RangeError as `checkedRuns`.
 */
export function fitTaskModel(
  runs: TaskRuns & { readonly known: readonly number[] | null },
  kind: PredictorKind,
): BlendedModel {
  const { mixtures, scores, known } = checkedRuns(runs);
  const coefficient = known === null ? 0 : knownCoefficient(mixtures, scores, known);
  const rest = known === null ? scores : scores.map((score, i) => score - coefficient * (known[i] as number));
  const left = { mixtures, scores: rest };
  const groups = folds(mixtures, FOLDS);
  if (kind === 'auto') return fitBlend(left, groups, coefficient);
  if (kind === 'gaussian-process') return processAlone({ kind, ...fitGaussianProcess(left) }, coefficient);
  const laws = [{ share: 1, law: fitLaw(kind, mixtures, rest) }];
  // One mixture alone can't be left out: its scores err about their mean.
  const predicted = groups.length > 1 ? predictOutOfFold(kind, mixtures, rest, groups) : rest.map(() => mean(rest));
  return { kind, known: coefficient, laws, errors: errorProcess(left, predicted) };
}

function fitBlend(runs: TaskRuns, groups: readonly (readonly number[])[], known: number): BlendedModel {
  const { mixtures, scores } = runs;
  const process: Law & { kind: 'gaussian-process' } = { kind: 'gaussian-process', ...fitGaussianProcess(runs) };
  const alone = processAlone(process, known);
  if (groups.length < FOLDS) return alone;
  const members = [
    { fit: (): Law => process, predicted: conditioned(process).leaveGroupsOut(groups) },
    ...PARTNERS.map((kind) => ({
      fit: () => fitLaw(kind, mixtures, scores),
      predicted: predictOutOfFold(kind, mixtures, scores, groups),
    })),
  ];
  const shares = stackedShares(
    members.map(({ predicted }) => predicted.map((value, i) => (scores[i] as number) - value)),
  );
  const predicted = scores.map((_, i) =>
    members.reduce((sum, member, k) => sum + (shares[k] as number) * (member.predicted[i] as number), 0),
  );
  if (spearman(predicted, scores) <= spearman(members[0]?.predicted ?? [], scores)) return alone;
  const laws = members.flatMap(({ fit }, k) => (shares[k] === 0 ? [] : [{ share: shares[k] as number, law: fit() }]));
  return { kind: 'blend', known, laws, errors: errorProcess(runs, predicted) };
}

function errorProcess({ mixtures, scores }: TaskRuns, predicted: readonly number[]) {
  const errors = scores.map((score, i) => score - (predicted[i] as number));
  return fitGaussianProcess({ mixtures, scores: errors }, { common: true });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
