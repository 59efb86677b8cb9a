import type { LengthTraining, Run, RungRuns, VerificationRuns } from '../../climb/search/search-state.ts';
import type { SearchSpec } from '../../climb/spec/search-file.ts';
import type { ProxyScore } from '../../climb/verification/proxy-score.ts';
import type { WeighedArms } from '../../climb/verification/weighed-arms.ts';
import type { Deps } from '../deps.ts';
import type { ArmsArtifact } from '../sample-verification.ts';

type Trained = {
  readonly verification: VerificationRuns;
  readonly ladder?: readonly RungRuns[];
  readonly efficiency?: readonly LengthTraining[];
};

/** The runs of a verification and what was trained beside it, read and weighed. */
export async function weighRuns(
  { store, compute }: Pick<Deps, 'store' | 'compute'>,
  spec: SearchSpec,
  { verification, ladder, efficiency }: Trained,
  signal: AbortSignal,
): Promise<WeighedArms> {
  const { mixtures: arms } = await store.readJson<ArmsArtifact>(verification.arms);
  const scoresOf = (runs: readonly Run[]): Promise<ProxyScore[][]> =>
    Promise.all(
      arms.map(({ id }) =>
        Promise.all(runs.filter(({ arm }) => arm === id).map(({ score }) => store.readJson<ProxyScore>(score))),
      ),
    );
  const scored = <T extends { readonly runs: readonly Run[] }>(trainings: readonly T[] | undefined) =>
    trainings && Promise.all(trainings.map(async (one) => ({ ...one, runs: await scoresOf(one.runs) })));
  const [runs, rungs, lengths] = await Promise.all([scoresOf(verification.runs), scored(ladder), scored(efficiency)]);
  const beside = {
    ...(rungs && { ladder: rungs }),
    ...(lengths && { efficiency: lengths.map((length) => ({ ...length, runs: length.runs.flat() })) }),
  };
  return compute.run('weighArms', { spec, arms, runs, beside }, { signal });
}
