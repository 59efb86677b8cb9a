import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Mixture, mixtureKey, quantise } from '../../../climb/mixture/mixture.ts';
import { CommandProblem } from '../../run-command.ts';
import { type Csv, parseCsv } from './csv.ts';

/** One trained mixture of a table. */
export type TableRun = { readonly mixture: Mixture; readonly losses: readonly number[] };

/** Runs in RegMix's layout. The weights are renormalised and quantised: published rows sum to .996–1.003. */
export type Table = {
  readonly name: string;
  readonly domains: readonly string[];
  readonly targets: readonly string[];
  readonly train: readonly TableRun[];
  /** Empty where there is one split only. */
  readonly test: readonly TableRun[];
};

type Split = { readonly mixture?: Csv; readonly loss?: Csv };

/**
 * Reads `*mixture*.csv` and `*loss*.csv` from a folder: one of each, or one of each for `train` and for `test`. Rows are
 * joined on `index`, the first column, within a split, since the splits' indices overlap.
 * @throws CommandProblem for files that are missing or too many, and rows or columns that don't fit together.
 */
export async function readTable(folder: string): Promise<Table> {
  const names = await readdir(folder).catch(() => {
    throw new CommandProblem(`${folder} is no folder that can be read. Try: --table FOLDER with RegMix's CSV files`);
  });
  const csvs = names.filter((name) => name.toLowerCase().endsWith('.csv')).sort();
  const one = async (kind: 'mixture' | 'loss', test: boolean) => {
    const found = csvs.filter((name) => isKind(name, kind) && name.toLowerCase().startsWith('test') === test);
    if (found.length > 1) {
      throw new CommandProblem(
        `${folder} has ${found.length} ${test ? 'test' : 'train'} files of kind ${kind} (${found.join(', ')}), and only one ` +
          'can be meant. Try: a folder with one size of proxies',
      );
    }
    const path = found[0] && join(folder, found[0]);
    return path === undefined ? undefined : parseCsv(path, await readFile(path, 'utf8'));
  };
  const read = async (test: boolean): Promise<Split> => {
    const [mixture, loss] = [await one('mixture', test), await one('loss', test)];
    return { ...(mixture && { mixture }), ...(loss && { loss }) };
  };
  const splits = [await read(false), await read(true)] as const;
  const [train, test] = splits.map((split) => joined(split, folder));
  const header = train ?? test;
  if (header === undefined) {
    throw new CommandProblem(
      `${folder} has no *mixture*.csv with a *loss*.csv (it has ${csvs.join(', ') || 'no CSV files'}). Try: the folder of ` +
        'train_mixture_1m.csv and train_pile_loss_1m.csv, or files named alike',
    );
  }
  if (train && test) sameColumns(train, test, folder);
  const { domains, targets } = header;
  return {
    name: basename(folder),
    domains,
    targets,
    train: train?.runs ?? test!.runs,
    test: train ? (test?.runs ?? []) : [],
  };
}

/** `train_pile_loss_1m.csv` is losses; a name with both words is told by the one that comes last. */
function isKind(name: string, kind: 'mixture' | 'loss'): boolean {
  const [mixture, loss] = [name.toLowerCase().lastIndexOf('mixture'), name.toLowerCase().lastIndexOf('loss')];
  return kind === 'mixture' ? mixture > loss : loss > mixture;
}

function joined({ mixture, loss }: Split, folder: string) {
  if (mixture === undefined && loss === undefined) return undefined;
  if (mixture === undefined || loss === undefined) {
    const alone = (mixture ?? loss)!.path;
    const wanted = mixture === undefined ? '*mixture*.csv' : '*loss*.csv';
    throw new CommandProblem(
      `${alone} has no ${wanted} of the same split beside it, so its rows mean nothing. Try: add it`,
    );
  }
  for (const [a, b] of [
    [mixture, loss],
    [loss, mixture],
  ] as const) {
    const lonely = [...a.rows.keys()].find((index) => !b.rows.has(index));
    if (lonely !== undefined) {
      throw new CommandProblem(
        `${a.path} has a run ${lonely} that ${b.path} hasn't: the rows are joined on \`index\`. Try: leave failed runs out of both`,
      );
    }
  }
  const runs = [...mixture.rows].map(([index, weights]): TableRun => {
    const bad = weights.find((weight) => weight < 0);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (bad !== undefined || total < 0.9 || total > 1.1) {
      const got = bad === undefined ? `weights that sum to ${total}` : `a weight of ${bad}`;
      throw new CommandProblem(
        `${mixture.path}, run ${index}: got ${got}; weights are shares of tokens, >= 0 and sum 1`,
      );
    }
    return { mixture: quantise(weights), losses: loss.rows.get(index)! };
  });
  if (runs.length === 0) throw new CommandProblem(`${folder}: ${mixture.path} has no rows. Try: a table with runs`);
  return { domains: mixture.columns, targets: loss.columns, runs };
}

function sameColumns(
  train: { domains: readonly string[]; targets: readonly string[] },
  test: { domains: readonly string[]; targets: readonly string[] },
  folder: string,
): void {
  for (const kind of ['domains', 'targets'] as const) {
    if (train[kind].join('\n') === test[kind].join('\n')) continue;
    throw new CommandProblem(
      `${folder}: train and test have different ${kind}, or in another order: ${train[kind].join(', ')} and ${test[kind].join(', ')}`,
    );
  }
}

/** All splits' runs, those of one mixture as one with the mean of its losses: a search has nothing to choose there. */
export function pooled({ train, test }: Pick<Table, 'train' | 'test'>): TableRun[] {
  const byMixture = new Map<string, TableRun[]>();
  for (const run of [...train, ...test]) {
    const key = mixtureKey(run.mixture);
    byMixture.set(key, [...(byMixture.get(key) ?? []), run]);
  }
  return [...byMixture.values()].map((runs) => ({
    mixture: runs[0]!.mixture,
    losses: runs[0]!.losses.map((_, t) => runs.reduce((sum, { losses }) => sum + losses[t]!, 0) / runs.length),
  }));
}

/**
 * Indices of the targets that `--target` means: all for `avg`, else the column of this name, or the only one that has it
 * as a part: `Pile-CC` means `metric/the_pile_pile_cc_val_loss`.
 */
export function targetsOf({ targets }: Pick<Table, 'targets'>, wanted: string): number[] {
  if (wanted === 'avg') return [...targets.keys()];
  const exact = targets.indexOf(wanted);
  if (exact >= 0) return [exact];
  const parts = [...targets.keys()].filter((at) => plain(targets[at]!).includes(plain(wanted)));
  if (parts.length === 1) return parts;
  const got = parts.length === 0 ? 'no target has this in its name' : `${parts.length} targets have it in their names`;
  throw new CommandProblem(`--target ${wanted}: ${got}. Try: avg, or one of ${targets.join(', ')}`);
}

/** As a name is spoken: capitals and the kind of dash are of no account. */
const plain = (name: string) => name.toLowerCase().replaceAll(/[-_ ]/g, '_');
