import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { namedHashes } from '../climb/housekeeping/named-hashes.ts';
import type { Stored, StoredEntry } from '../climb/housekeeping/sweep-plan.ts';

/** What lies in a state folder and what names what, as housekeeping sees it. Files may vanish while it looks. */

/** Where an artifact lies. */
export const artifactPath = (home: string, hash: string) => join(home, 'artifacts', hash.slice(0, 2), hash);

/** Where artifacts wait while a sweep removes them; it may bring them back. */
export const leavingFolder = (home: string) => join(home, 'artifacts', 'leaving');

/** What waits there: the artifact's hash, and where it lies. */
export async function leavingArtifacts(home: string): Promise<{ readonly hash: string; readonly path: string }[]> {
  const names = await listed(leavingFolder(home));
  return names.map((name) => ({ hash: name.slice(0, 64), path: join(leavingFolder(home), name) }));
}

/** Every artifact by its hash, those too that a sweep has at hand. */
export async function storedArtifacts(home: string): Promise<Stored[]> {
  const found: Stored[] = [];
  for (const part of await listed(join(home, 'artifacts'))) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue;
    for (const name of await listed(join(home, 'artifacts', part))) {
      if (/^[0-9a-f]{64}$/.test(name)) found.push(...(await look(artifactPath(home, name), name)));
    }
  }
  const placed = new Set(found.map(({ name }) => name));
  for (const { hash, path } of await leavingArtifacts(home)) {
    if (!placed.has(hash)) found.push(...(await look(path, hash)));
    placed.add(hash);
  }
  return found;
}

/** The entries of the ledger by their paths below the state folder. */
export async function ledgerEntries(home: string): Promise<StoredEntry[]> {
  const found: StoredEntry[] = [];
  for (const kind of await listed(join(home, 'ledger'))) {
    for (const file of await listed(join(home, 'ledger', kind))) {
      if (!/^[0-9a-f]{64}\.json$/.test(file)) continue;
      const name = join('ledger', kind, file);
      const text = await readFile(join(home, name), 'utf8').catch(() => '');
      // Its own key stands in it as well.
      const names = [...namedHashes(text)].filter((hash) => !file.startsWith(hash));
      found.push(...(await look(join(home, name), name)).map((one) => ({ ...one, names })));
    }
  }
  return found;
}

/** Folders and files of `folder` by their paths below the state folder; a folder was used when any file in it was. */
export async function storedIn(home: string, folder: string): Promise<Stored[]> {
  const names = await listed(join(home, folder));
  return Promise.all(names.map((name) => measured(home, join(folder, name))));
}

/** The hashes in any file below a folder. */
export async function hashesBelow(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const hashes = new Set<string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8').catch(() => '');
    for (const hash of namedHashes(text)) hashes.add(hash);
  }
  return hashes;
}

/** The artifacts that an artifact names. Those that name any are JSON on one line; the others are left unread. */
export async function namedByArtifact(home: string, hash: string): Promise<Set<string>> {
  // In this order: a sweep that brings one back gives it its place before it takes it out of the other.
  const place = artifactPath(home, hash);
  const text = (await lineOfJson(place)) ?? (await lineOfLeaving(home, hash)) ?? (await lineOfJson(place));
  return text === undefined ? new Set() : namedHashes(text);
}

async function lineOfLeaving(home: string, wanted: string): Promise<string | undefined> {
  for (const { hash, path } of await leavingArtifacts(home)) {
    const text = hash === wanted ? await lineOfJson(path) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A file that is JSON on one line, '' for any other, undefined where it isn't there. */
async function lineOfJson(path: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk as Buffer);
      if (!'{['.includes(String.fromCharCode(chunks[0]![0]!)) || (chunk as Buffer).includes('\n')) return '';
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
  return Buffer.concat(chunks).toString('latin1');
}

async function measured(home: string, name: string): Promise<Stored> {
  const [own] = await look(join(home, name), name);
  const inside = await readdir(join(home, name), { recursive: true, withFileTypes: true }).catch(() => []);
  const files = await Promise.all(inside.map((entry) => look(join(entry.parentPath, entry.name), '')));
  return files.flat().reduce(
    (all, { bytes, used }) => ({ name, bytes: all.bytes + bytes, used: Math.max(all.used, used) }),
    own ?? { name, bytes: 0, used: Infinity }, // gone: nobody's to take
  );
}

/** A file or folder, or nothing where it is gone. */
async function look(path: string, name: string): Promise<Stored[]> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? [] : [{ name, bytes: found.isFile() ? found.size : 0, used: found.mtimeMs }];
}

async function listed(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
