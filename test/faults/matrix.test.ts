/** The table of docs/reliability.md says which test proves each row of the fault matrix: each of them is there. */
import { expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../adapters/home.ts';

const table = [
  ...readFileSync(join(repositoryRoot, 'docs', 'reliability.md'), 'utf8').matchAll(/^\| (\d+) \|.*$/gm),
].map(([line, row]) => ({
  row: Number(row),
  proofs: [
    ...line
      .split('|')
      .at(-2)!
      .matchAll(/`([^`]+)`/g),
  ].map(([, path]) => path!),
}));

test('the table has all rows in order', () => {
  expect(table.map(({ row }) => row)).toEqual(Array.from({ length: 38 }, (_, at) => at + 1));
});

test.each(table.flatMap(({ row, proofs }) => proofs.map((path) => ({ row, path }))))(
  'what proves row $row: $path',
  ({ row, path }) => {
    expect(existsSync(join(repositoryRoot, path))).toBe(true);
    const text = readFileSync(join(repositoryRoot, path), 'utf8');
    const numbers = [...text.matchAll(/\brows? (\d+)(?:-(\d+))?/gi)].flatMap(([, first, last = first]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at),
    );
    expect(numbers).toContain(row);
  },
);
