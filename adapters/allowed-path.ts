import { realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

/** A path that a search file may not name, or that isn't there. */
export class RefusedPath extends Error {
  override name = 'RefusedPath';
}

/**
 * Where a path of a search file really lies, links resolved, and the allowed root it lies in.
 * @param roots folders a search file may name files in; a relative path counts from the first
 * @throws RefusedPath for what is missing, outside the roots, or neither a file nor a folder
 */
export async function allowedPath(
  roots: readonly string[],
  path: string,
): Promise<{ location: string; root: string; folder: boolean; bytes: number }> {
  const realRoots = await Promise.all(roots.map((root) => realpath(root)));
  const place = resolve(roots[0] ?? '', path);
  const location = await realpath(place).catch((error: Error) => {
    throw new RefusedPath(
      `can't open ${place} (${error.message}); try a path under ${roots.join(' or ')}, relative paths count from the first of them`,
    );
  });
  const root = realRoots.find((candidate) => `${location}${sep}`.startsWith(candidate === sep ? sep : candidate + sep));
  if (root === undefined) {
    throw new RefusedPath(
      `${place} lies at ${location}, outside the folders this worker may read (${roots.join(', ')}): a search file must not reach other files; move it, or start the worker with that folder in CLIMB_ROOTS`,
    );
  }
  const found = await stat(location);
  if (!found.isFile() && !found.isDirectory()) {
    throw new RefusedPath(
      `${place} is neither a file nor a folder: reading a pipe or a device could wait for ever; try a regular file`,
    );
  }
  return { location, root, folder: found.isDirectory(), bytes: found.size };
}
