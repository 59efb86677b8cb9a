import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import picomatch from 'picomatch';
import { RefusedPath } from './allowed-path.ts';

/** What a path of a search file means: the place to start from and, below it, which names are meant. */
export type Place = {
  readonly base: string;
  readonly matches?: (relative: string) => boolean;
  /** Folders below the base that can hold a match, counted downwards. */
  readonly depth: number;
};

/** Parts of a glob that can stand for any number of folders. */
const anyDepth = /\*\*|[*+]\(/;

/** Regular expressions go back over each star for each other star: names have 255 bytes. */
const mostStars = 3;
const mostWildcards = 12;

function isCostly(glob: string): boolean {
  const stars = (text: string) => text.match(/\*/g)?.length ?? 0;
  const groups = glob.match(/.?\(/g) ?? [];
  return (
    stars(glob) > mostWildcards ||
    glob.split('/').some((name) => stars(name) > mostStars) ||
    groups.some((group) => group !== '!(') ||
    /\([^)]*\(/.test(glob)
  );
}

/**
 * A glob's static base and its matcher; any other path as it is. A file that is really called so is no glob, whatever
 * characters its name has.
 * @param root that relative paths count from
 * @throws RefusedPath for a glob that could take for ever to match
 */
export async function placeOf(root: string, path: string): Promise<Place> {
  const { base, glob } = picomatch.scan(path);
  if (glob === '' || (await stat(resolve(root, path)).catch(() => undefined)) !== undefined)
    return { base: path, depth: Infinity };
  if (isCostly(glob)) {
    throw new RefusedPath(
      `the glob ${path} could take for ever to match: got more than ${mostStars} stars in a name, ${mostWildcards} in all, or a group other than {a,b} and !(a|b); a search file must not stall a worker; try a simpler one, or several sources`,
    );
  }
  return {
    base: base === '' ? '.' : base.replaceAll(/\\(.)/g, '$1'),
    matches: picomatch(glob, { nonegate: true }),
    depth: anyDepth.test(glob) ? Infinity : glob.split('/').length - 1,
  };
}

export type Entry = {
  /** Below the folder, with forward slashes. */
  readonly relative: string;
  readonly path: string;
  /** A link's is that of what it leads to. */
  readonly folder: boolean;
};

/** What lies in a folder, hidden names left out, by name. */
export async function entriesOf(folder: string, below = ''): Promise<Entry[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(
    visible.map(async (entry) => {
      const path = join(folder, entry.name);
      const leads = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      return { relative: `${below}${entry.name}`, path, folder: leads?.isDirectory() ?? false };
    }),
  );
}
