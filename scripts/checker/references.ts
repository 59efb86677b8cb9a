import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Invariant } from './evidence.ts';
import { payloadsOf } from './history.ts';
import { searchFolder } from './search-folder.ts';

const hash = /^[0-9a-f]{64}$/;

/** Some are named by their hash alone. */
type Ref = { readonly sha256: string; readonly bytes?: number };

/** I3: every reference resolves and its bytes hash to its name, those inside artifacts too. */
export const referencesResolve: Invariant = async (evidence) => {
  const wrong: string[] = [];
  await eachArtifact(evidence, ({ sha256, bytes }, content) => {
    if (content === undefined) wrong.push(`artifact ${sha256} is missing`);
    else if (bytes !== undefined && content.length !== bytes)
      wrong.push(`artifact ${sha256} has ${content.length} bytes, expected ${bytes}`);
    else if (createHash('sha256').update(content).digest('hex') !== sha256) {
      wrong.push(`artifact ${sha256} has other bytes than its name says`);
    }
  });
  return wrong;
};

/** Everything that histories, recipe and snapshots refer to, and what that refers to, each once. */
export async function eachArtifact(
  { home, search, runs }: Parameters<Invariant>[0],
  look: (ref: Ref, content: Buffer | undefined) => void,
): Promise<void> {
  const folder = searchFolder(home, search);
  const snapshots = await readdir(join(folder, 'iterations')).catch(() => []);
  const named = ['recipe.json', ...snapshots.map((name) => join('iterations', name))];
  const files = await Promise.all(named.map((name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0))));
  const values = [...payloadsOf(runs), ...files.map(json)];
  const waiting = [...usedBy(json(files[0] as Buffer)), ...values.flatMap(referencesIn)];
  const seen = new Set<string>();
  for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
    if (seen.has(ref.sha256)) continue;
    seen.add(ref.sha256);
    const path = join(home, 'artifacts', ref.sha256.slice(0, 2), ref.sha256);
    const content = await readFile(path).catch(() => undefined);
    look(ref, content);
    if (content?.[0] === '{'.charCodeAt(0)) waiting.push(...referencesIn(json(content)));
  }
}

export function json(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}

function referencesIn(value: unknown): Ref[] {
  if (typeof value !== 'object' || value === null) return [];
  const { sha256, bytes } = value as Partial<Ref>;
  // With a path beside them they describe a file of somebody else's, such as one of the corpus.
  if (typeof sha256 === 'string' && typeof bytes === 'number' && Object.keys(value).length === 2) {
    return [{ sha256, bytes }];
  }
  return [...scoreOf(value), ...Object.values(value).flatMap(referencesIn)];
}

/** An observation names its score by the hash, unless it comes from elsewhere: its proxy was trained there. */
function scoreOf(value: object): Ref[] {
  const { score, evidence } = value as { readonly score?: unknown; readonly evidence?: unknown };
  return typeof score === 'string' && evidence === undefined && hash.test(score) ? [{ sha256: score }] : [];
}

/** What a recipe was made from; that of the corpus is over files that are people's own. */
function usedBy(recipe: unknown): Ref[] {
  const { corpus: _corpus, ...hashes } = (recipe as { readonly hashes?: Record<string, string> })?.hashes ?? {};
  return Object.values(hashes).map((sha256) => ({ sha256 }));
}
