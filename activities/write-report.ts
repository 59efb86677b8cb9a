import type { Ref } from '../climb/artifact.ts';
import type { DomainSet, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import { finishRecipe, type RecipeBody, type RecipeRun } from '../climb/search/recipe.ts';
import { evidenceInBrief } from '../climb/search/evidence-in-brief.ts';
import { renderReport } from '../climb/search/report.ts';
import type { SearchResult } from '../climb/search/search-result.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import type { Deps } from './deps.ts';

export type WriteReportInput = {
  /** The recipe's body, as `recommendMixture` made it. */
  readonly body: Ref;
  readonly manifest: Ref;
  readonly domainSet: Ref;
  readonly tokens: Ref;
  readonly run: RecipeRun;
};

/** Writes `recipe.json`, `report.md` and the `search.json` to start it again; each is replaced as a whole. */
export function writeReport({ store, searches, faults }: Pick<Deps, 'store' | 'searches' | 'faults'>) {
  return async ({ body, manifest, domainSet, tokens, run }: WriteReportInput): Promise<SearchResult> => {
    const recipe = finishRecipe(await store.readJson<RecipeBody>(body), run);
    const report = renderReport({
      recipe,
      manifest: await store.readJson<Manifest>(manifest),
      domainSet: await store.readJson<DomainSet>(domainSet),
      tokens: await store.readJson<TokenShards>(tokens),
    });
    await faults.point('report.beforePublish');
    const file = run.branch?.file ?? recipe.spec;
    await searches.write(run.search, 'search.json', `${JSON.stringify(file, null, 2)}\n`);
    const recipePath = await searches.write(run.search, 'recipe.json', `${JSON.stringify(recipe, null, 2)}\n`);
    const reportPath = await searches.write(run.search, 'report.md', report);
    const { verdict, verified, weights, stoppedBy, outlook, digest } = recipe;
    return {
      verdict,
      verified,
      weights,
      recipe: { path: recipePath, digest },
      report: { path: reportPath },
      evidence: evidenceInBrief(recipe),
      stoppedBy,
      ...(outlook && { outlook }),
      proxies: run.charged.proxies,
      fromLedger: run.proxies.fromLedger,
    };
  };
}
