import { contentKey } from '../climb/content-key.ts';
import { referencesIn, type Made, type Ref } from '../climb/artifact.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { Ledger } from './ledger.ts';

/**
 * A stage as a function of its inputs: what was made from them before is found again, by this search or any other.
 * @param inputs everything the output depends on, the version of the code included
 * @param make must be deterministic: of two runs at once the first to finish counts
 */
export async function derive<Summary>(
  { store, ledger }: { store: ArtifactStore; ledger: Ledger },
  stage: string,
  inputs: unknown,
  make: () => Promise<Made<Summary>>,
): Promise<Made<Summary>> {
  const key = contentKey({ stage, inputs });
  const known = await ledger.find<Made<Summary>>('stage', key);
  if (known !== undefined && (await isWhole(store, known.ref))) return known;
  const made = await make();
  return known === undefined ? ledger.record('stage', key, made) : ledger.replace('stage', key, known, made);
}

/** Whether an artifact is there and, where it is JSON that names others, those are too. */
async function isWhole(store: ArtifactStore, ref: Ref): Promise<boolean> {
  if (!(await store.has(ref))) return false;
  const first = (await store.readSlice(ref, 0, 1)).toString('latin1');
  if (first !== '{') return true;
  const named = referencesIn(jsonOrNothing((await store.read(ref)).toString('utf8')));
  return (await Promise.all(named.map((inner) => store.has(inner)))).every(Boolean);
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
