import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Invariant } from './evidence.ts';
import { filesBelow } from './files.ts';

/** What a killed worker leaves; the next one removes it once nobody can be writing it any more. */
const ofWorkers = /\.tmp$/;

const leftBehind: readonly (readonly [RegExp, string])[] = [
  [ofWorkers, 'a temporary file'],
  [/^\.tmp-/, 'a temporary file of a trainer'],
  [/^owner\.json$/, 'the lease of a trainer'],
  [/\.lock$/, 'a lock'],
];

/** I4: no temporary file, lock or lease after completion, but for temporary files of workers that were killed. */
export const nothingLeft: Invariant = async ({ home, killed = -Infinity }) => {
  const wrong: string[] = [];
  for (const path of (await filesBelow(home)).map((whole) => relative(home, whole))) {
    const found = leftBehind.find(([name]) => path.split('/').some((part) => name.test(part)));
    if (found === undefined) continue;
    const [name, what] = found;
    const excused = name === ofWorkers && (await stat(join(home, path))).mtimeMs <= killed;
    if (!excused) wrong.push(`${path} is ${what}`);
  }
  return wrong;
};
