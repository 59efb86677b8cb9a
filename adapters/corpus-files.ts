import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { allowedPath, RefusedPath } from './allowed-path.ts';
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
  const seen = new Set<string>();
  const files: CorpusFile[] = [];

  const visit = async (place: string): Promise<void> => {
    const { location, root, folder, bytes } = await allowedPath(roots, place).catch((error: Error) => {
      throw error instanceof RefusedPath ? new BadCorpus('corpus.path', error.message) : error;
    });
    if (seen.has(location)) return;
    seen.add(location);
    if (folder) {
      for (const name of await readdir(location)) {
        const inner = join(location, name);
        if (jsonl.test(name) || (await leadsToFolder(inner))) await visit(inner);
      }
    } else if (anyName || jsonl.test(location)) {
      files.push({ path: relative(root, location).split(sep).join('/'), location, bytes });
    } else {
      throw new BadCorpus(
        'corpus.path',
        `can't tell the format of ${place} by its name: got neither .jsonl nor .jsonl.gz; rename it, or say "format": "jsonl"`,
      );
    }
  };

  await visit(path);
  if (files.length === 0) {
    throw new BadCorpus(
      'corpus.path',
      `no *.jsonl or *.jsonl.gz in ${path} or below: there is nothing to search over; try the folder that holds the corpus`,
    );
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Links included; one that leads nowhere is no folder. */
async function leadsToFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
