import { relative, sep } from 'node:path';
import type { Source } from '../climb/corpus/reading.ts';
import { allowedPath, RefusedPath } from './allowed-path.ts';
import { BadCorpus } from './bad-corpus.ts';
import { formatOf, knownNames, type FileFormat } from './corpus-format.ts';
import { entriesOf, placeOf } from './file-tree.ts';

export type CorpusFile = {
  /** Relative to the allowed root it lies in, with forward slashes. */
  readonly path: string;
  /** Where it really lies, symbolic links resolved. */
  readonly location: string;
  /** On disk: compressed, if it is. */
  readonly bytes: number;
  /** Index of the source that names it. */
  readonly source: number;
  readonly format: FileFormat;
};

/**
 * The files that sources name, in the order of the sources and, within one, of their paths. Links are followed, but
 * nothing outside the allowed roots is ever opened.
 * @param roots folders a corpus may lie in; a relative path counts from the first
 * @throws BadCorpus for a path that is missing, outside the roots, neither file nor folder, or holds no such file, and
 *   for a file that two sources name
 */
export async function findCorpusFiles(roots: readonly string[], sources: readonly Source[]): Promise<CorpusFile[]> {
  const found: CorpusFile[] = [];
  const owners = new Map<string, Source>();
  for (const [index, source] of sources.entries()) {
    for (const file of await filesOf(roots, source)) {
      const other = owners.get(file.location);
      if (other !== undefined) {
        throw new BadCorpus(
          `${source.field}.path`,
          `${file.path} is named by ${other.field}.path and by ${source.field}.path: its documents would count twice; change one of the two, a glob such as dir/!(name).jsonl leaves a file out`,
        );
      }
      owners.set(file.location, source);
      found.push({ ...file, source: index });
    }
  }
  return found;
}

type Found = Omit<CorpusFile, 'source'>;

async function filesOf(roots: readonly string[], source: Source): Promise<Found[]> {
  const field = `${source.field}.path`;
  const seen = new Set<string>();
  const files: Found[] = [];
  const refused = (error: Error) => {
    throw error instanceof RefusedPath ? new BadCorpus(field, error.message) : error;
  };
  const { base, matches, depth } = await placeOf(roots[0] ?? '', source.path).catch(refused);
  /** A file that is named itself, or by a glob, may have any name where the format is said. */
  const formatBy = (name: string, named: boolean): FileFormat | undefined => {
    const told = formatOf(name);
    if (source.format === 'auto' || source.format === told) return told;
    return named || source.format === 'text' ? source.format : undefined;
  };
  const allowed = (path: string) => allowedPath(roots, path).catch(refused);

  /** @param below a folder's own path from the base, or that of a file's folder, ended by a slash; level 0 is the base */
  const visit = async (path: string, below: string, level: number): Promise<void> => {
    const { location, root, folder, bytes } = await allowed(path);
    if (seen.has(location)) return;
    seen.add(location);
    if (!folder) {
      const format = formatBy(path, level === 0 || matches !== undefined);
      if (format === undefined) {
        throw new BadCorpus(
          field,
          `can't tell the format of ${path} by its name: none of ${knownNames}; rename it, or say "format": "jsonl", "parquet" or "text"`,
        );
      }
      files.push({ path: relative(root, location).split(sep).join('/'), location, bytes, format });
      return;
    }
    for (const entry of await entriesOf(location, below)) {
      if (entry.folder) {
        if (level < depth) await visit(entry.path, `${entry.relative}/`, level + 1);
      } else if ((matches?.(entry.relative) ?? true) && formatBy(entry.path, matches !== undefined) !== undefined) {
        await visit(entry.path, below, level + 1);
      }
    }
  };

  await visit(base, '', 0);
  if (files.length === 0) {
    const names = source.format === 'auto' ? knownNames : `${source.format} file`;
    throw new BadCorpus(
      field,
      `no ${names} in ${source.path}${matches === undefined ? ' or below' : ''}: there is nothing to search over; try the folder that holds the corpus${source.format === 'auto' ? ', or say its format' : ''}`,
    );
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
