import { CommandProblem } from '../../run-command.ts';

/** A table of numbers whose first column, `index`, names the rows. */
export type Csv = {
  readonly path: string;
  /** Without `index`. */
  readonly columns: readonly string[];
  readonly rows: ReadonlyMap<string, readonly number[]>;
};

/**
 * Reads numbers separated by commas under a header; empty lines are skipped. No quoting: names of domains have none.
 * @throws CommandProblem that names file, row and column of what isn't a finite number, or is there twice.
 */
export function parseCsv(path: string, text: string): Csv {
  const [header = [], ...lines] = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const [index, ...columns] = header;
  if (index !== 'index' || columns.length === 0) {
    throw new CommandProblem(`${path}: the header must be \`index\` and one column or more: got ${header.join(',')}`);
  }
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new CommandProblem(`${path}: column ${twice} is there twice. Try: rename one`);
  const rows = new Map<string, number[]>();
  for (const [name = '', ...cells] of lines) {
    if (rows.has(name)) throw new CommandProblem(`${path}: index ${name} is there twice. Try: one row a run`);
    if (cells.length !== columns.length) {
      throw new CommandProblem(`${path}, index ${name}: got ${cells.length} values for ${columns.length} columns`);
    }
    const values = cells.map((cell) => (cell === '' ? NaN : Number(cell)));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new CommandProblem(
        `${path}, index ${name}, column ${columns[bad]}: got "${cells[bad]}" where a finite number belongs. Try: leave failed runs out`,
      );
    }
    rows.set(name, values);
  }
  return { path, columns, rows };
}
