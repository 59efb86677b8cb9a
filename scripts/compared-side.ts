import type { KeptSearch } from '../adapters/kept-searches.ts';
import type { openWorld } from '../adapters/world.ts';
import type { Side } from '../climb/comparison/side.ts';
import { ownObservations } from '../climb/predictor/observations.ts';
import { objective, taskLabel, taskShares } from '../climb/verification/objective.ts';
import type { ProxyScore } from '../climb/verification/proxy-score.ts';

type World = Pick<Awaited<ReturnType<typeof openWorld>>, 'store'>;

/** All that a comparison needs of a search that is kept here. */
export async function comparedSide(world: World, kept: KeptSearch): Promise<Side> {
  const { search, spec, recipe, snapshot, domainSet, clusters, items } = kept;
  const reported = (snapshot?.carried?.items.reported ?? []).map(
    ({ sha256 }, at) => [labelOf(spec.report.tasks[at]), sha256] as const,
  );
  return {
    search,
    spec,
    recipe,
    snapshot,
    domainSet,
    clusters,
    weights: recipe === null ? bestOf(kept) : recipe.weights.map(({ weight }) => weight),
    items: { ...items, ...Object.fromEntries(reported) },
    trainer: recipe?.versions['trainer'] ?? snapshot?.carried?.trainer ?? null,
    runs: await runsOf(world, kept),
  };
}

const labelOf = (task: KeptSearch['spec']['tasks'][number] | undefined) => (task === undefined ? '' : taskLabel(task));

/** Of what was trained so far, by the scores as they were measured. */
function bestOf({ observations, spec, snapshot }: KeptSearch): readonly number[] {
  const shares = snapshot?.carried?.taskWeights ?? taskShares(spec.tasks);
  const scored = ownObservations(observations).map(({ weights, losses }) => ({
    weights,
    score: objective(losses, shares),
  }));
  return scored.reduce((best, one) => (one.score < best.score ? one : best), {
    weights: [] as readonly number[],
    score: Infinity,
  }).weights;
}

/** By seed. Null where an artifact isn't here: fewer runs than there were would be another comparison. */
async function runsOf({ store }: World, { recipe, hashes }: KeptSearch): Promise<ProxyScore[] | null> {
  const arm = recipe?.arm;
  if (!arm) return null;
  const runs: ProxyScore[] = [];
  for (let seed = 1; ; seed++) {
    const hash = hashes[`score.v-${arm}-s${seed}`];
    if (hash === undefined && seed > (recipe?.spec.verify.seeds ?? 0)) return runs;
    if (hash === undefined) continue; // that run failed
    const ref = await store.find(hash);
    if (ref === undefined) return null;
    runs.push(await store.readJson<ProxyScore>(ref));
  }
}
