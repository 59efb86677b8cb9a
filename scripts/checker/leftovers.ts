import { relative } from 'node:path';
import type { Invariant } from './evidence.ts';
import { filesBelow } from './files.ts';

const leftBehind: readonly (readonly [RegExp, string])[] = [
  [/\.tmp$/, 'a temporary file'],
  [/^\.tmp-/, 'a temporary file of a trainer'],
  [/^owner\.json$/, 'the lease of a trainer'],
  [/\.lock$/, 'a lock'],
];

/** I4: no temporary file, lock or lease after completion. */
export const nothingLeft: Invariant = async ({ home }) =>
  (await filesBelow(home)).flatMap((path) => {
    const names = relative(home, path).split('/');
    const found = leftBehind.find(([name]) => names.some((part) => name.test(part)));
    return found === undefined ? [] : [`${relative(home, path)} is ${found[1]}`];
  });
