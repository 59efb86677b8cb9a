import { matchTasks } from '../../climb/exchange/matched-columns.ts';
import { InvalidInput } from '../../climb/problem.ts';
import type { SearchSpec } from '../../climb/spec/search-file.ts';
import { taskLabel } from '../../climb/verification/objective.ts';
import type { Trainer } from '../../adapters/trainer.ts';
import type { Deps } from '../deps.ts';
import { namedSearch } from './named-search.ts';

type WarmStart = NonNullable<SearchSpec['search']['warmStart']>[number];

/**
 * What can be told of evidence before there are clusters, so that nobody prepares a corpus for nothing: a search is kept
 * and measured as this one does, as far as its file says; a table can be read and has a column for each task.
 * @throws UnusableEvidence, InvalidInput, RefusedPath
 */
export async function checkEvidence(
  { keptSearch, evidenceFiles }: Pick<Deps, 'keptSearch' | 'evidenceFiles'>,
  named: WarmStart,
  spec: SearchSpec,
  { identity }: Pick<Trainer, 'identity'>,
): Promise<void> {
  if ('search' in named) {
    await namedSearch({ keptSearch }, named.search, { spec, trainer: `${identity.name} ${identity.version}` });
    return;
  }
  const { path, format, tasks: columns } = named;
  const axes = { tasks: spec.tasks.map(taskLabel), ...(columns && { columns }) };
  const tables = await evidenceFiles.read(path, format);
  const problems = tables.flatMap(({ targets }) => matchTasks(targets, axes, path).problems);
  if (problems.length > 0) throw new InvalidInput('the table', problems);
}
