import type { VerificationRuns } from '../climb/search/search-state.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import type { Deps } from './deps.ts';
import { weighRuns } from './recommend/weighed-runs.ts';

export type RecommendArmInput = { readonly spec: SearchSpec; readonly verification: VerificationRuns };

/** Which arm the verification recommends, before the recipe is written: what is trained further is that one. */
export function recommendArm({ store }: Pick<Deps, 'store'>) {
  return async ({ spec, verification }: RecommendArmInput): Promise<{ arm: string | null }> => {
    const { evidence } = await weighRuns(store, spec, verification);
    return { arm: evidence?.recommendation.arm ?? null };
  };
}
