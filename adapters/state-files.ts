import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { namedHashes } from '../climb/housekeeping/named-hashes.ts';
import type { Stored, StoredEntry } from '../climb/housekeeping/sweep-plan.ts';

/** What lies in a state folder and what names what, as housekeeping sees it. Files may vanish while it looks. */

/** Every artifact by its hash. */
export async function storedArtifacts(home: string): Promise<Stored[]> {
  const found: Stored[] = [];
  for (const part of await listed(join(home, 'artifacts'))) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue;
    for (const name of await listed(join(home, 'artifacts', part))) {
      if (/^[0-9a-f]{64}$/.test(name)) found.push(...(await look(join(home, 'artifacts', part, name), name)));
    }
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
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(join(home, 'artifacts', hash.slice(0, 2), hash))) {
      chunks.push(chunk as Buffer);
      if (!'{['.includes(String.fromCharCode(chunks[0]![0]!)) || (chunk as Buffer).includes('\n')) return new Set();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return namedHashes(Buffer.concat(chunks).toString('latin1'));
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
