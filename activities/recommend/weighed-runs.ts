import type { Run, VerificationRuns } from '../../climb/search/search-state.ts';
import type { SearchSpec } from '../../climb/spec/search-file.ts';
import type { Arm } from '../../climb/verification/arms.ts';
import { weighEvidence, type Evidence } from '../../climb/verification/evidence.ts';
import type { ProxyScore } from '../../climb/verification/proxy-score.ts';
import type { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { ArmsArtifact } from '../sample-verification.ts';

export type WeighedRuns = {
  /** Null where nothing can be claimed. */
  readonly evidence: Evidence | null;
  readonly arms: readonly Arm[];
  /** [arm][run]. */
  readonly runs: readonly (readonly ProxyScore[])[];
  /** What such runs scored, as [arm][run]. */
  readonly scoresOf: (runs: readonly Run[]) => Promise<ProxyScore[][]>;
};

/** The verification's runs, read and weighed. */
export async function weighRuns(
  store: ArtifactStore,
  spec: SearchSpec,
  { arms, runs }: VerificationRuns,
): Promise<WeighedRuns> {
  const { mixtures } = await store.readJson<ArmsArtifact>(arms);
  const scoresOf = (runs: readonly Run[]): Promise<ProxyScore[][]> =>
    Promise.all(
      mixtures.map(({ id }) =>
        Promise.all(runs.filter(({ arm }) => arm === id).map(({ score }) => store.readJson<ProxyScore>(score))),
      ),
    );
  const read = await scoresOf(runs);
  return { evidence: weighEvidence(spec, mixtures, read), arms: mixtures, runs: read, scoresOf };
}
