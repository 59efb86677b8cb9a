import { InvalidInput } from '../problem.ts';

/** A table as RFC 4180 writes it: cells as text, the header apart. */
export type Csv = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

/**
 * Reads commas, quotes and either end of line; a byte order mark and empty lines are skipped.
 * @param name of the file, for errors
 * @throws InvalidInput for no header, a column that is there twice, a row of another length, a quote that isn't closed
 */
export function parseCsv(text: string, name: string): Csv {
  const [header = [], ...rows] = cellsOf(text.replace(/^\uFEFF/, ''), name);
  const problems = [];
  if (header.length === 0) problems.push({ path: name, message: 'the file is empty; give a header and a row a run' });
  const twice = header.find((column, at) => header.indexOf(column) < at);
  if (twice !== undefined) {
    problems.push({ path: name, message: `column "${twice}" is there twice: which one counts? rename one of them` });
  }
  const ragged = rows.findIndex((row) => row.length !== header.length);
  if (ragged >= 0) {
    problems.push({
      path: name,
      message: `row ${ragged + 1} has ${rows[ragged]?.length} cells for ${header.length} columns; look for a comma that isn't quoted`,
    });
  }
  if (problems.length > 0) throw new InvalidInput('the table', problems);
  return { header, rows };
}

function cellsOf(text: string, name: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A cell is quoted, with quotes in it doubled, or goes as far as the next comma or end of line.
  const cell = /[^\S\r\n]*"((?:[^"]|"")*)"[^\S\r\n]*(,|\r?\n|$)|([^,\r\n]*)(,|\r?\n|$)/y;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null || match[3]?.trimStart().startsWith('"')) {
      const message = `row ${rows.length}: a quote that isn't closed, or text after it; double the quotes within a cell`;
      throw new InvalidInput('the table', [{ path: name, message }]);
    }
    const [, quoted, end, plain = '', plainEnd] = match;
    row.push(quoted?.replaceAll('""', '"') ?? plain.trim());
    if ((end ?? plainEnd) === ',') {
      // A comma at the very end of the text is followed by an empty cell.
      if (cell.lastIndex === text.length) row.push('');
      else continue;
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

/** The table as text; numbers as JavaScript writes them, which every reader reads back to the same double. */
export function csvText(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return [header, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

function quoted(value: string | number | null): string {
  const text = String(value ?? '');
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
