import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { BadCorpus } from './bad-corpus.ts';

export type CorpusFile = {
  /** Relative to the allowed root it lies in, with forward slashes. */
  readonly path: string;
  /** Where it really lies, symbolic links resolved. */
  readonly location: string;
  /** On disk: compressed, if it is. */
  readonly bytes: number;
};

const jsonl = /\.jsonl(\.gz)?$/;

/**
 * The JSONL files that a search file's `corpus.path` names: itself, or every *.jsonl and *.jsonl.gz in a folder and
 * below, in the order of their paths. Links are followed, but nothing outside the allowed roots is ever opened.
 * @param roots folders a corpus may lie in; a relative path counts from the first
 * @param anyName take a file whatever it is called
 * @throws BadCorpus for a path that is missing, outside the roots, neither file nor folder, or holds no such file
 */
export async function findCorpusFiles(roots: readonly string[], path: string, anyName: boolean): Promise<CorpusFile[]> {
  const realRoots = await Promise.all(roots.map((root) => realpath(root)));
  const seen = new Set<string>();
  const files: CorpusFile[] = [];

  const visit = async (place: string, named: boolean): Promise<void> => {
    const location = await realpath(place).catch((error: Error) => {
      throw new BadCorpus(
        'corpus.path',
        `can't open ${place} (${error.message}): the corpus is read from there; try a path under ${roots.join(' or ')}, relative paths count from the first of them`,
      );
    });
    const root = realRoots.find((candidate) => location === candidate || location.startsWith(candidate + sep));
    if (root === undefined) {
      throw new BadCorpus(
        'corpus.path',
        `${place} lies at ${location}, outside the folders this worker may read (${roots.join(', ')}): a search file must not reach other files; move the corpus, or start the worker with that folder as a root`,
      );
    }
    if (seen.has(location)) return;
    seen.add(location);
    const found = await stat(location);
    if (found.isDirectory()) {
      for (const name of (await readdir(location)).sort()) {
        const inner = join(location, name);
        if (jsonl.test(name) || (await stat(inner).catch(() => undefined))?.isDirectory()) await visit(inner, false);
      }
    } else if (!found.isFile()) {
      throw new BadCorpus(
        'corpus.path',
        `${place} is neither a file nor a folder: reading a pipe or a device could wait for ever; try a regular file`,
      );
    } else if (named && !anyName && !jsonl.test(location)) {
      throw new BadCorpus(
        'corpus.path',
        `can't tell the format of ${place} by its name: got neither .jsonl nor .jsonl.gz; rename it, or say "format": "jsonl"`,
      );
    } else {
      files.push({ path: relative(root, location).split(sep).join('/'), location, bytes: found.size });
    }
  };

  const start = resolve(roots[0] ?? '', path);
  await visit(start, true);
  if (files.length === 0) {
    throw new BadCorpus(
      'corpus.path',
      `no *.jsonl or *.jsonl.gz in ${start} or below: there is nothing to search over; try the folder that holds the corpus`,
    );
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
