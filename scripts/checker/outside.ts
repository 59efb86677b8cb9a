import type { Invariant } from './evidence.ts';
import { treeOf } from './files.ts';

/** I9: nothing is written outside the workspace. */
export const nothingOutside: Invariant = async ({ outside }) => {
  if (outside === undefined) return [];
  const { before, folders, except } = outside;
  const after = await treeOf(folders, except);
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    return old === now ? [] : [`${path} was ${old ?? 'not there'} and is ${now ?? 'gone'}`];
  });
};
