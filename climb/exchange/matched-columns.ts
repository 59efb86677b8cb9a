import { InvalidInput, type Problem } from '../problem.ts';
import { quantise, type Mixture } from '../mixture/mixture.ts';
import type { RunTable } from './run-table.ts';

/** What the columns of a table are called here. */
export type Axes = {
  /** The domain set, in its order: columns are matched by id, or else by label. */
  readonly clusters: readonly { readonly cluster: string; readonly label: string }[];
  /** The search's tasks by the names under which it shows them. */
  readonly tasks: readonly string[];
  /** Column of losses → task, where they are called differently. */
  readonly columns?: Readonly<Record<string, string>>;
};

export type MatchedRun = {
  readonly id: string;
  readonly weights: Mixture;
  /** By task. */
  readonly losses: readonly number[];
};

/**
 * The runs of a table over the search's own axes. A column that is no cluster may only hold zeros: weight that is left
 * out would be credited to the others. A cluster without a column had none. A task needs a column; other columns of
 * losses are left out.
 * @param name of the table, for errors
 * @throws InvalidInput with every column that has no place, or more than one
 */
export function matchColumns({ domains, targets, runs }: RunTable, axes: Axes, name: string): MatchedRun[] {
  const problems: Problem[] = [];
  const places = domains.map((domain, at) => {
    const found = placesOf(domain, axes.clusters);
    if (found.length > 1) {
      problems.push({
        path: name,
        message: `column "${domain}" is the label of ${found.length} clusters (${found.map((place) => axes.clusters[place]!.cluster).join(', ')}); name the column by the cluster`,
      });
    }
    const weighted = runs.filter(({ weights }) => weights[at]! > 0);
    if (found.length === 0 && weighted.length > 0) {
      problems.push({
        path: name,
        message: `column "${domain}" is no cluster of this search (${listed(axes.clusters.map(({ cluster, label }) => `${cluster} "${label}"`))}) and has weight in ${weighted.length} runs: without it their losses would be credited to the others; name it as the cluster that it is, or leave those runs out`,
      });
    }
    return found[0];
  });
  for (const [place, { cluster }] of axes.clusters.entries()) {
    const columns = domains.filter((_, at) => places[at] === place);
    if (columns.length > 1) {
      problems.push({
        path: name,
        message: `columns ${columns.map((column) => `"${column}"`).join(' and ')} are both cluster ${cluster}; leave one, or add them up`,
      });
    }
  }
  const tasks = matchTasks(targets, axes, name);
  problems.push(...tasks.problems);
  if (problems.length > 0) throw new InvalidInput('the table', problems);
  return runs.map(({ id, weights, losses }) => ({
    id,
    weights: quantise(axes.clusters.map((_, place) => weights[places.indexOf(place)] ?? 0)),
    losses: tasks.places.map((at) => losses[at]!),
  }));
}

/** The column of each task, and what is wrong with them: all that can be told of a table before there are clusters. */
export function matchTasks(
  targets: RunTable['targets'],
  axes: Pick<Axes, 'tasks' | 'columns'>,
  name: string,
): { places: number[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const named = Object.entries(axes.columns ?? {});
  for (const [column, task] of named) {
    if (!targets.includes(column))
      problems.push({ path: name, message: `no column "${column}" of losses; it has ${listed(targets)}` });
    if (!axes.tasks.includes(task))
      problems.push({
        path: name,
        message: `"${column}" stands for "${task}", which is no task of this search: ${listed(axes.tasks)}`,
      });
  }
  const places = axes.tasks.map((task) => {
    const [column = task] = named.find(([, to]) => to === task) ?? [];
    const at = targetOf(targets, column);
    if (at < 0 && column === task) {
      problems.push({
        path: name,
        message: `no column for the task "${task}" (it has ${listed(targets)}): a run counts with all tasks or not at all; say in \`tasks\` which column it is`,
      });
    }
    return at;
  });
  return { places, problems };
}

/** A cluster by its id or else by its label, with or without RegMix's `train_` before it. */
function placesOf(domain: string, clusters: Axes['clusters']): number[] {
  for (const name of new Set([domain, domain.replace(/^train_/, '')])) {
    const byId = clusters.findIndex(({ cluster }) => cluster === name);
    if (byId >= 0) return [byId];
    const byLabel = [...clusters.keys()].filter((at) => clusters[at]!.label === name);
    if (byLabel.length > 0) return byLabel;
  }
  return [];
}

/** RegMix's columns of losses begin with `metric/`. */
function targetOf(targets: readonly string[], task: string): number {
  return targets.includes(task) ? targets.indexOf(task) : targets.indexOf(`metric/${task}`);
}

const mostListed = 12;

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
