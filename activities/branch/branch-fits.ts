import type { Ref } from '../../climb/artifact.ts';
import type { TokenShards } from '../../climb/corpus/token-shards.ts';
import { mixtureSpace, spaceRules } from '../../climb/mixture/mixture-space.ts';
import type { Problem } from '../../climb/problem.ts';
import { itemsKey } from '../../climb/spec/task-item.ts';
import type { Deps } from '../deps.ts';
import type { Found } from './find-snapshot.ts';
import type { OpenedBranch } from './open-branch.ts';

/** The clusters are known: constraints that no mixture of them keeps are refused before anything is trained. */
export async function branchFits({ store }: Pick<Deps, 'store'>, { found, spec }: OpenedBranch): Promise<Problem[]> {
  const tokens = await store.readJson<TokenShards>(found.snapshot.tokens);
  try {
    mixtureSpace(tokens, spaceRules(spec));
    return [];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InfeasibleConstraints') throw error;
    return [...(error as Error & { problems: readonly Problem[] }).problems];
  }
}

/** Items as the parent read them, by what its file says of them: their files may have changed since, or be gone. */
export function keptItems({ snapshot: { spec, carried } }: Found): Map<string, Ref> {
  const { searched = [], reported = [] } = { ...carried?.items };
  const named = (tasks: typeof spec.tasks, items: readonly Ref[]) =>
    tasks.flatMap((task, at): [string, Ref][] => (items[at] ? [[itemsKey(task), items[at]]] : []));
  return new Map([...named(spec.tasks, searched), ...named(spec.report.tasks, reported)]);
}
