import { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import type { Clusters, DomainSet, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of, uint16Of } from '../climb/corpus/little-endian.ts';
import { normalisedMutualInformation } from '../climb/corpus/normalised-mutual-information.ts';
import { stream } from '../climb/random.ts';
import { sampleIndices } from '../climb/corpus/sample-indices.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';

export type MergeClustersInput = {
  readonly manifest: Ref;
  readonly clusters: Ref;
  readonly merge: { readonly target: number; readonly minimumTokens: number };
  readonly seed: number;
};

export type MergeSummary = {
  readonly clusters: number;
  /** Of the largest clusters, as many as fit. */
  readonly labels: readonly string[];
  /** Normalised mutual information of clusters and true domains; null for a corpus that doesn't name them. */
  readonly nmi: number | null;
};

/** What a byte-level BPE of a few thousand words makes of English: measured 3.1 to 3.4 on the demo corpus. */
const bytesPerToken = 3.2;

/** Documents whose text is looked at for labels, in all; and at least so many of each K_init cluster. */
const sampledDocuments = 4_096;
const sampledPerCluster = 4;

/** Characters of all labels in the summary, which must stay under 1 KB. */
const labelRoom = 600;

/**
 * The domain set: K_init clusters merged to the target, too small ones joined to their neighbours, named and described.
 * A pure function of the K_init assignment, so that other targets can be explored without embedding again.
 * @throws ApplicationFailure BadCorpus, not retryable, when a single cluster would be left
 */
export function mergeClusters({
  store,
  ledger,
  derive,
  compute,
}: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute'>) {
  return (input: MergeClustersInput): Promise<Made<MergeSummary>> =>
    beating(async (beat, signal) => {
      const { shards } = await store.readJson<Manifest>(input.manifest);
      const inputs = {
        version: 1,
        shards: shards.map(({ ref }) => ref.sha256),
        clusters: input.clusters.sha256,
        merge: input.merge,
        seed: input.seed,
      };
      return derive({ store, ledger }, 'merge', inputs, async () => {
        const { k, dimensions, centroids, assignment, sizes } = await store.readJson<Clusters>(input.clusters);
        const initial = uint16Of(await store.read(assignment));
        const sample = documentsToSample(initial, k, input.seed);
        let surveyed = 0;
        const first = (at: number) => shards.slice(0, at).reduce((sum, { documents }) => sum + documents, 0);
        const surveys = await compute.map(shards, async ({ ref, documents }, at) => {
          const from = first(at);
          const keep = sample.filter((index) => index >= from && index < from + documents).map((index) => index - from);
          const survey = await compute.run('surveyShard', { shard: await store.read(ref), keep }, { signal });
          beat({ shards: ++surveyed, of: shards.length });
          return survey;
        });

        const initialBytes = new Array<number>(k).fill(0);
        surveys.flatMap(({ bytes }) => [...bytes]).forEach((bytes, index) => (initialBytes[initial[index]!]! += bytes));
        const map = await compute.run(
          'mergeClusters',
          {
            centroids: float32Of(await store.read(centroids)),
            dimensions,
            sizes,
            tokens: initialBytes.map((bytes) => bytes / bytesPerToken),
            ...input.merge,
          },
          { signal },
        );
        const total = (of: readonly number[], cluster: number) =>
          of.reduce((sum, value, at) => (map[at] === cluster ? sum + value : sum), 0);
        const samples = sizes.map((): string[] => []);
        surveys.flatMap(({ texts }) => texts).forEach((text, at) => samples[initial[sample[at]!]!]!.push(text));
        const labels = await compute.run('labelClusters', { map, sizes, samples }, { signal });
        if (labels.length < 2) {
          const bytes = total(initialBytes, 0);
          throw ApplicationFailure.nonRetryable(
            k === 1
              ? 'the embedding finds no two documents that differ, so there is one cluster and nothing to search; try a corpus of several subjects'
              : `one cluster is left of ${k}: got about ${Math.round(bytes / bytesPerToken)} tokens of text, clusters under ${input.merge.minimumTokens} tokens join their neighbours, and a mixture of one cluster leaves nothing to search; try a smaller clusters.merge.minimumTokens or proxy.tokens, or a larger corpus`,
            'BadCorpus',
          );
        }
        const clusters = labels.map(({ terms, examples }, at) => ({
          cluster: `c${String(at).padStart(4, '0')}`,
          label: terms.slice(0, 4).join(', '),
          terms,
          examples,
          documents: total(sizes, at),
          bytes: total(initialBytes, at),
          estimatedTokens: Math.round(total(initialBytes, at) / bytesPerToken),
        }));
        const merged = initial.map((cluster) => map[cluster]!);
        const domainSet: DomainSet = {
          schema: 1,
          kind: 'domain-set',
          clusters,
          map,
          assignment: await store.put(bytesOf(merged)),
        };
        const trueLabels = surveys.flatMap((survey) => survey.labels);
        const labelled = [...trueLabels.keys()].filter((index) => trueLabels[index] !== null);
        const nmi =
          labelled.length === 0
            ? null
            : normalisedMutualInformation(
                labelled.map((index) => trueLabels[index]!),
                labelled.map((index) => merged[index]!),
              );
        return {
          ref: await store.putJson(domainSet),
          summary: { clusters: clusters.length, labels: shortened(clusters.map(({ label }) => label)), nmi },
        };
      });
    });
}

/** Positions in the corpus, ascending; every K_init cluster has its share. */
function documentsToSample(assignment: Uint16Array, k: number, seed: number): Uint32Array {
  const members = Array.from({ length: k }, (): number[] => []);
  assignment.forEach((cluster, index) => members[cluster]!.push(index));
  const each = Math.max(sampledPerCluster, Math.ceil(sampledDocuments / k));
  const chosen = members.map((indices, cluster) =>
    [...sampleIndices(indices.length, each, stream(seed, ['merge', 'labels', cluster]))].map((at) => indices[at]!),
  );
  return Uint32Array.from(chosen.flat()).sort();
}

function shortened(labels: readonly string[]): string[] {
  let room = labelRoom;
  return labels.filter((label) => (room -= Buffer.byteLength(label) + 3) >= 0);
}
