import type { VerificationRuns } from '../climb/search/search-state.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { weighRuns } from './recommend/weighed-runs.ts';

export type RecommendArmInput = { readonly spec: SearchSpec; readonly verification: VerificationRuns };

/** Which arm the verification recommends, before the recipe is written: what is trained further is that one. */
export function recommendArm(deps: Pick<Deps, 'store' | 'compute'>) {
  return async ({ spec, verification }: RecommendArmInput): Promise<{ arm: string | null }> => {
    const { evidence } = await beating((_, signal) => weighRuns(deps, spec, { verification }, signal));
    return { arm: evidence?.recommendation.arm ?? null };
  };
}
