import type { Ref } from '../../climb/artifact.ts';
import type { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { RunFolders } from '../../adapters/run-folders.ts';

/** How a trainer's result names a file beside it; trainers of others may leave out the hash. */
export type TrainerFile = { readonly file: string; readonly sha256?: string };

/** A file of a trainer's result isn't what it was when the trainer was done; the next attempt makes it again. */
export class ChangedFile extends Error {
  override name = 'ChangedFile';
}

type Places = { readonly store: ArtifactStore; readonly runs: RunFolders };

/**
 * A file of a trainer's result as an artifact. A trainer doesn't hash what an earlier attempt left, so that is done
 * here: kept under the name of the bytes that it holds by now, a changed file would count in every search.
 * @throws ChangedFile; the folder is gone then
 */
export async function keepTrainerFile({ store, runs }: Places, run: string, made: TrainerFile): Promise<Ref> {
  const ref = await store.keepFile(runs.path(run, made.file));
  await refuseChanged(runs, run, made, ref);
  return ref;
}

/** The bytes of a file of a trainer's result. @throws ChangedFile; the folder is gone then */
export async function readTrainerFile({ store, runs }: Places, run: string, made: TrainerFile): Promise<Buffer> {
  const bytes = await runs.readFile(run, made.file);
  await refuseChanged(runs, run, made, store.refOf(bytes));
  return bytes;
}

async function refuseChanged(runs: RunFolders, run: string, { file, sha256 }: TrainerFile, found: Ref): Promise<void> {
  if (sha256 === undefined || found.sha256 === sha256) return;
  await runs.remove(run);
  throw new ChangedFile(
    `${runs.path(run, file)} has changed since the trainer wrote it: expected SHA-256 ${sha256}, got ${found.sha256} (${found.bytes} bytes); a result built on it would be wrong, so its folder is removed and the next attempt makes it again; if this comes back, look at the machine's disk and memory`,
  );
}
