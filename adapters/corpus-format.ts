/** What a corpus file holds: JSON lines, rows, or one document of plain text. */
export type FileFormat = 'jsonl' | 'parquet' | 'text';

const endings: readonly (readonly [FileFormat, RegExp])[] = [
  ['jsonl', /\.jsonl(\.gz|\.zst)?$/i],
  ['parquet', /\.parquet$/i],
  ['text', /\.(txt|text|md)(\.gz|\.zst)?$/i],
];

/** For people: the names that a format is told by. */
export const knownNames = '*.jsonl, *.jsonl.gz, *.jsonl.zst, *.parquet, *.txt, *.text or *.md';

/** By the end of a file's name; undefined where it doesn't say. */
export function formatOf(name: string): FileFormat | undefined {
  return endings.find(([, ending]) => ending.test(name))?.[0];
}
