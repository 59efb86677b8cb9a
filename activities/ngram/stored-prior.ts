import type { Ref } from '../../climb/artifact.ts';
import { bytesOf, float32Of } from '../../climb/corpus/little-endian.ts';
import type { NgramPrior, StoredNgramPrior } from '../../climb/ngram/ngram-prior.ts';
import { tokenCount } from '../../climb/ngram/ngram-prior.ts';
import type { ArtifactStore } from '../../adapters/artifact-store.ts';

export async function storePrior(store: ArtifactStore, prior: NgramPrior, clusters: readonly string[]): Promise<Ref> {
  const tasks: StoredNgramPrior['tasks'][number][] = [];
  for (const task of prior.tasks) {
    const probabilities = await store.put(bytesOf(task.probabilities));
    tasks.push({ bytes: task.bytes, tokens: tokenCount(task, prior.clusters), probabilities });
  }
  return store.putJson({ schema: 1, kind: 'ngram-prior', clusters, tasks } satisfies StoredNgramPrior);
}

/** @throws BrokenArtifact */
export async function readPrior(store: ArtifactStore, ref: Ref): Promise<NgramPrior> {
  const { clusters, tasks } = await store.readJson<StoredNgramPrior>(ref);
  const read = async ({ bytes, probabilities }: StoredNgramPrior['tasks'][number]) => ({
    bytes,
    probabilities: float32Of(await store.read(probabilities)),
  });
  return { clusters: clusters.length, tasks: await Promise.all(tasks.map(read)) };
}
