import type { Ref } from '../../climb/artifact.ts';
import type { CorpusShard } from '../../climb/corpus/corpus-artifacts.ts';
import type { ShardQuality } from '../../climb/corpus/quality/shard-quality.ts';
import type { Classifier, ClassifierDescription } from '../../adapters/quality-endpoint.ts';
import type { Deps } from '../deps.ts';

/** Documents whose scores are kept together: what a failure loses at most. */
const chunkDocuments = 256;

/** A chunk as it is stored. */
type Chunk = { readonly labels: readonly string[]; readonly scores: readonly number[] };

export type ClassifiedShard = ShardQuality & { readonly axes: readonly string[] };

/**
 * A classifier's scores of a shard, chunk by chunk, each kept under what it was made from: a retry asks only for those
 * that are missing. Scores are the classifier's, times `scale`.
 * @throws what the classifier throws
 */
export function classifyShard({
  store,
  ledger,
  derive,
  compute,
}: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute'>) {
  return async (
    shard: Pick<CorpusShard, 'ref'>,
    classifier: Classifier,
    { model, revision, maxCharacters }: ClassifierDescription,
    { raw, scale }: { readonly raw: boolean; readonly scale: number },
    { signal, onChunk }: { signal: AbortSignal; onChunk: (documents: number) => void },
  ): Promise<ClassifiedShard> => {
    const { texts, kinds } = await compute.run(
      'shardTexts',
      { shard: await store.read(shard.ref), characters: maxCharacters },
      { signal },
    );
    const chunk = async (first: number): Promise<Chunk> => {
      signal.throwIfAborted();
      const part = texts.slice(first, first + chunkDocuments);
      const inputs = {
        version: 1,
        shard: shard.ref.sha256,
        first,
        count: part.length,
        model,
        revision,
        maxCharacters,
        raw,
      };
      const { ref } = await derive(
        { store, ledger },
        'classify-chunk',
        inputs,
        async (): Promise<{ ref: Ref; summary: null }> => {
          const { labels, scores } = await classifier.predict(part, raw, signal);
          return { ref: await store.putJson({ labels, scores: [...scores] } satisfies Chunk), summary: null };
        },
      );
      onChunk(part.length);
      return store.readJson<Chunk>(ref);
    };
    let axes: readonly string[] = [];
    const scores: number[][] = [];
    for (let first = 0; first < texts.length; first += chunkDocuments) {
      const found = await chunk(first);
      axes = first === 0 ? found.labels : sameAxes(axes, found.labels, model);
      scores.push(found.scores.map((score) => scale * score));
    }
    return { axes, scores: Float32Array.from(scores.flat()), kinds };
  };
}

/** @throws Error BadScores where a server changed its labels while it kept the name of its model */
export function sameAxes(axes: readonly string[], others: readonly string[], model: string): readonly string[] {
  if (axes.length === others.length && axes.every((axis, at) => axis === others[at])) return axes;
  const error = new Error(
    `the classifier ${model} gave ${axes.length} labels for some documents and ${others.length} or other ones for others: expected the same for all, because a label is an axis of quality; check that every server behind the endpoint serves the same model`,
  );
  throw Object.assign(error, { name: 'BadScores' });
}
