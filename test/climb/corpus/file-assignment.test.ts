import { expect, test } from '@jest/globals';
import { assignmentPath, otherAssignment } from '../../../climb/corpus/file-assignment.ts';

const bytes = (path: string) => Buffer.byteLength(path.split('/').at(-1) as string);

test('an assignment lies beside its summary, under the name of its file', () => {
  expect(assignmentPath('news/2024.jsonl')).toEqual({
    lines: 'news/2024.jsonl.clusters.jsonl',
    summary: 'news/2024.jsonl.summary.json',
  });
});

test.each([
  ['ASCII', 'a'],
  ['three bytes a character', '語'],
  ['four bytes a character', '🐳'],
])('names that file systems hardly take are cut, and told apart: %s', (_, character) => {
  const name = (last: string) => `corpus/${character.repeat(240 / Buffer.byteLength(character))}${last}.jsonl`;
  const [one, other] = [assignmentPath(name('1')), assignmentPath(name('2'))];
  for (const path of [one.lines, one.summary]) {
    expect(bytes(path)).toBeLessThanOrEqual(255);
    expect(path.startsWith(`corpus/${character}`)).toBe(true);
    expect(Buffer.from(path).toString()).toBe(path);
  }
  expect(one.lines).not.toBe(other.lines);
});

test('the longest name that has room is left alone', () => {
  const name = `${'n'.repeat(234)}.jsonl`;
  expect(assignmentPath(name).lines).toBe(`${name}.clusters.jsonl`);
  expect(bytes(assignmentPath(name).lines)).toBe(255);
});

test('an assignment replaces that of the same file, and nothing else', () => {
  const made = { sha256: 'a'.repeat(64), size: 10 };
  const summary = (sha256: string) => JSON.stringify({ kind: 'file-assignment', sha256, size: 7 });
  expect(otherAssignment('x.summary.json', undefined, made)).toBeUndefined();
  expect(otherAssignment('x.summary.json', summary(made.sha256), made)).toBeUndefined();
  expect(otherAssignment('x.summary.json', summary('b'.repeat(64)), made)).toBe(
    `x.summary.json holds the assignment of another file of that name (SHA-256 ${'b'.repeat(64)}, 7 bytes), which this one (SHA-256 ${'a'.repeat(64)}, 10 bytes) would replace`,
  );
  for (const other of ['', 'null', '[]', '{"kind":"recipe"}', `"${made.sha256}"`]) {
    expect(otherAssignment('x.summary.json', other, made)).toContain('holds something that is no summary');
  }
});
