import type { Mixture } from '../mixture/mixture.ts';

export type TaskRuns = { readonly mixtures: readonly Mixture[]; readonly scores: readonly number[] };

/**
 * The runs of one task, if a model can be fitted to them: at least one, a finite score for each mixture, all mixtures
 * of one length with finite weights >= 0. That they sum to 1 is not asked for: no model needs it.
 * @throws RangeError otherwise.
 */
export function checkedRuns<T extends TaskRuns>(runs: T): T {
  const { mixtures, scores } = runs;
  const dimensions = mixtures[0]?.length ?? 0;
  const refuse = (got: string) =>
    new RangeError(`a predictor needs one finite score for each mixture, all over one domain set: got ${got}`);
  if (mixtures.length === 0) throw refuse('no runs; evaluate at least one mixture first');
  if (mixtures.length !== scores.length) throw refuse(`${mixtures.length} mixtures and ${scores.length} scores`);
  const badScore = scores.findIndex((score) => !Number.isFinite(score));
  if (badScore >= 0) throw refuse(`score ${String(scores[badScore])} in row ${badScore}; leave failed runs out`);
  const badRow = mixtures.findIndex((m) => m.length !== dimensions || !m.every((w) => w >= 0 && w < Infinity));
  if (badRow >= 0) throw refuse(`weights [${(mixtures[badRow] ?? []).join(', ')}] in row ${badRow}`);
  return runs;
}
