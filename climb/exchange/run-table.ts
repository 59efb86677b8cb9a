import { csvText, parseCsv, type Csv } from './csv.ts';
import { InvalidInput, shown, type Problem } from '../problem.ts';

/** Runs of somebody's search: what was mixed in what shares, and what it scored. */
export type RunTable = {
  readonly domains: readonly string[];
  /** Lower is better. */
  readonly targets: readonly string[];
  readonly runs: readonly {
    readonly id: string;
    /** In the order of `domains`, sum 1 as far as the file's rounding goes. */
    readonly weights: readonly number[];
    /** In the order of `targets`. */
    readonly losses: readonly number[];
  }[];
};

/** Two CSV files, joined on the column that names the run. */
export type TableFiles = { readonly mixtures: string; readonly losses: string };

/**
 * `regmix`: `train_mixture_1m.csv` and `train_pile_loss_1m.csv` of sail-sg/regmix, joined on `index`, the first column.
 * `olmix`: `ratios.csv` and `metrics.csv` of allenai/olmix, joined on `run` or `run_id`, with a column `name` for people.
 */
export type TableFormat = 'regmix' | 'olmix';

const layouts = {
  regmix: { ids: ['index'], aside: [] },
  // Later versions read both names, earlier ones `run_id` alone; a table made from W&B numbers its rows in `index`.
  olmix: { ids: ['run_id', 'run'], aside: ['name', 'index'] },
} as const satisfies Record<TableFormat, { ids: readonly string[]; aside: readonly string[] }>;

/** Published rows sum to .996–1.003, and Olmix allows .01: farther off, a column is missing or is no weight. */
const sumTolerance = 0.01;

/**
 * @param names of the two files, for errors
 * @throws InvalidInput with every problem: a run that is there twice or in one file only, what isn't a finite number,
 * weights that are negative or don't sum to 1
 */
export function parseRunTable(format: TableFormat, files: TableFiles, names: TableFiles): RunTable {
  const mixtures = numbersOf(format, parseCsv(files.mixtures, names.mixtures), names.mixtures);
  const losses = numbersOf(format, parseCsv(files.losses, names.losses), names.losses);
  const problems = [
    ...mixtures.problems,
    ...losses.problems,
    ...alone(mixtures, losses, names.mixtures, names.losses),
    ...alone(losses, mixtures, names.losses, names.mixtures),
    ...[...mixtures.rows].flatMap(([id, weights]) => weightProblem(names.mixtures, id, weights)),
  ];
  if (mixtures.rows.size === 0) problems.push({ path: names.mixtures, message: 'no run in it: nothing to learn from' });
  if (problems.length > 0) throw new InvalidInput('the table', problems.slice(0, 20));
  return {
    domains: mixtures.columns,
    targets: losses.columns,
    runs: [...mixtures.rows].map(([id, weights]) => ({ id, weights, losses: losses.rows.get(id)! })),
  };
}

/** The same table as the files that the tool reads. A name for people isn't kept: runs have their ids. */
export function runTableFiles(format: TableFormat, { domains, targets, runs }: RunTable): TableFiles {
  const [id] = layouts[format].ids;
  return {
    mixtures: csvText(
      [id, ...domains],
      runs.map((run) => [run.id, ...run.weights]),
    ),
    losses: csvText(
      [id, ...targets],
      runs.map((run) => [run.id, ...run.losses]),
    ),
  };
}

type Numbers = {
  readonly columns: readonly string[];
  readonly rows: ReadonlyMap<string, readonly number[]>;
  readonly problems: readonly Problem[];
};

function numbersOf(format: TableFormat, { header, rows }: Csv, name: string): Numbers {
  const { ids, aside } = layouts[format];
  const id = (ids as readonly string[]).find((column) => header.includes(column));
  if (id === undefined) {
    const message = `no column ${ids.map((column) => `"${column}"`).join(' or ')} to name the runs: got ${shown(header.join(','))}; a ${format} table has one`;
    throw new InvalidInput('the table', [{ path: name, message }]);
  }
  const columns = header.filter((column) => column !== id && !(aside as readonly string[]).includes(column));
  const places = columns.map((column) => header.indexOf(column));
  const problems: Problem[] = [];
  const found = new Map<string, number[]>();
  if (columns.length === 0)
    problems.push({ path: name, message: `no column beside "${id}": nothing is said of a run` });
  for (const row of rows) {
    const run = row[header.indexOf(id)]!;
    if (found.has(run)) {
      problems.push({ path: name, message: `run ${run} is there twice: which one counts? leave one row a run` });
    }
    const values = places.map((place) => (row[place] === '' ? NaN : Number(row[place])));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      problems.push({
        path: name,
        message: `run ${run}, column "${columns[bad]}": got ${shown(row[places[bad]!])} where a finite number belongs; leave a failed run out of both files`,
      });
    }
    found.set(run, values);
  }
  return { columns, rows: found, problems };
}

function* alone(these: Numbers, those: Numbers, name: string, other: string): Iterable<Problem> {
  const lonely = [...these.rows.keys()].filter((id) => !those.rows.has(id));
  if (lonely.length === 0) return;
  yield {
    path: name,
    message: `${lonely.length === 1 ? 'run' : `${lonely.length} runs, among them`} ${lonely[0]} ${lonely.length === 1 ? 'is' : 'are'} not in ${other}: the files are joined by run; leave failed runs out of both`,
  };
}

function weightProblem(name: string, id: string, weights: readonly number[]): Problem[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const negative = weights.find((weight) => weight < 0);
  const got = negative !== undefined ? `a weight of ${negative}` : `weights that sum to ${total}`;
  if (negative === undefined && !(Math.abs(total - 1) > sumTolerance)) return [];
  return [{ path: name, message: `run ${id}: got ${got}; weights are shares of training tokens, >= 0 and sum 1` }];
}
