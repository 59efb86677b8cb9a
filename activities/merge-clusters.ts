import { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import { charactersEach, contingencyOf, documentsToSample, JoinedSurvey } from '../climb/corpus/cluster-survey.ts';
import type { ClusterSurvey } from '../climb/corpus/cluster-survey.ts';
import { mergedContingency, normalisedMutualInformation } from '../climb/corpus/contingency.ts';
import { noCluster } from '../climb/corpus/corpus-artifacts.ts';
import type { Clusters, DomainSet, Manifest, QualityScores } from '../climb/corpus/corpus-artifacts.ts';
import { clusterName, estimatedTokens, labelsThatFit } from '../climb/corpus/domain-figures.ts';
import { mergeRulesFrom } from '../climb/corpus/earlier-inputs.ts';
import { bytesOf, float32Of, uint16Of } from '../climb/corpus/little-endian.ts';
import type { MergeRules } from '../climb/corpus/merge.ts';
import { oneClusterLeft, prunedAway } from '../climb/corpus/merge-problems.ts';
import { failedAxes, pruneThresholds, type Prune } from '../climb/corpus/prune-clusters.ts';
import {
  addShardQuality,
  groupKinds,
  groupQuality,
  joinedQuality,
  noQuality,
} from '../climb/corpus/quality/cluster-quality.ts';
import type { QualityTotals } from '../climb/corpus/quality/cluster-quality.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { orderedTurns } from './ordered-turns.ts';
import { refusingInvalid } from './refusal.ts';

export type MergeClustersInput = {
  readonly manifest: Ref;
  readonly clusters: Ref;
  /** `QualityScores` */
  readonly quality?: Ref;
  readonly prune?: Prune;
  readonly merge: MergeRules;
  readonly seed: number;
};

export type MergeSummary = {
  readonly clusters: number;
  /** K_init clusters that were pruned. */
  readonly dropped: number;
  /** Of the largest clusters, as many as fit. */
  readonly labels: readonly string[];
  /** Normalised mutual information of clusters and true domains; null for a corpus that doesn't name them. */
  readonly nmi: number | null;
};

type MergeDeps = Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute'>;
type Watch = { readonly beat: (details: unknown) => void; readonly signal: AbortSignal };
type Judged = { readonly totals: QualityTotals; readonly axes: readonly string[] };
type Dropped = { readonly initial: number; readonly reasons: readonly string[] };

/**
 * The domain set: K_init clusters without those of bad quality, merged, too small ones joined to their neighbours, named
 * and described. A pure function of the K_init assignment, so that other targets can be explored without embedding
 * again; what it needs of the texts is kept apart from how they are merged.
 * @throws ApplicationFailure BadCorpus, not retryable, when fewer than two clusters would be left
 */
export function mergeClusters({ store, ledger, derive, compute }: MergeDeps) {
  return (input: MergeClustersInput): Promise<Made<MergeSummary>> =>
    refusingInvalid(() =>
      beating(async (beat, signal) => {
        const { shards } = await store.readJson<Manifest>(input.manifest);
        const { seed, quality, prune } = input;
        const merge = mergeRulesFrom(input.merge);
        const corpus = { shards: shards.map(({ ref }) => ref.sha256), clusters: input.clusters.sha256, seed };
        const scores = quality && { quality: quality.sha256, ...(prune !== undefined && { prune }) };
        return derive({ store, ledger }, 'merge', { version: 3, ...corpus, merge, ...scores }, async () => {
          const found = await store.readJson<Clusters>(input.clusters);
          const initial = uint16Of(await store.read(found.assignment));
          const surveyed = await derive({ store, ledger }, 'survey', { version: 1, ...corpus }, async () => ({
            ref: await survey(shards, initial, found, seed, { beat, signal }),
            summary: {},
          }));
          const texts = await store.readJson<ClusterSurvey>(surveyed.ref);
          const judged = quality && (await judge(await store.readJson<QualityScores>(quality), initial, found.k));
          const dropped = judged && prune !== undefined ? failing(judged, prune, found.sizes) : [];
          return domainSet({ ...input, merge }, found, { initial, texts, dropped, ...(judged && { judged }) }, signal);
        });
      }),
    );

  async function survey(
    shards: Manifest['shards'],
    initial: Uint16Array,
    { k, sizes }: Clusters,
    seed: number,
    { beat, signal }: Watch,
  ): Promise<Ref> {
    const sample = documentsToSample(initial, sizes, seed);
    const joined = new JoinedSurvey(k);
    const inTurn = orderedTurns();
    let first = 0;
    let sampled = 0;
    const parts = shards.map(({ ref, documents }) => {
      const [from, begin] = [first, sampled];
      first += documents;
      while (sampled < sample.length && sample[sampled]! < first) sampled++;
      return { ref, clusters: initial.slice(from, first), keep: sample.slice(begin, sampled).map((at) => at - from) };
    });
    let surveyed = 0;
    await compute.map(parts, ({ ref, clusters, keep }) => {
      const characters = charactersEach(sample.length);
      const work = store
        .read(ref)
        .then((shard) => compute.run('surveyShard', { shard, clusters, k, keep, characters }, { signal }));
      return inTurn(work, (found) => {
        joined.add(
          found,
          Array.from(keep, (at) => clusters[at]!),
        );
        beat({ shards: ++surveyed, of: shards.length });
      });
    });
    return store.putJson(joined.finished());
  }

  /** Shard after shard, since the order of additions decides the last bits. */
  async function judge({ axes, shards }: QualityScores, initial: Uint16Array, k: number): Promise<Judged> {
    const totals = noQuality(k, axes.length);
    let first = 0;
    for (const shard of shards) {
      const scores = float32Of(await store.read(shard.scores));
      const kinds = await store.read(shard.kinds);
      addShardQuality(totals, { scores, kinds, groupOf: initial.subarray(first, first + kinds.length) });
      first += kinds.length;
    }
    return { totals, axes };
  }

  async function domainSet(
    { clusters: origin, merge }: MergeClustersInput,
    { k, dimensions, centroids, sizes }: Clusters,
    found: { initial: Uint16Array; texts: ClusterSurvey; dropped: readonly Dropped[]; judged?: Judged },
    signal: AbortSignal,
  ): Promise<Made<MergeSummary>> {
    const { initial, texts, dropped, judged } = found;
    const { bytes, samples } = texts;
    if (k - dropped.length < 2 && dropped.length > 0)
      throw badCorpus(
        prunedAway(
          dropped.map(({ reasons }) => reasons),
          k,
        ),
      );
    const map = await compute.run(
      'mergeClusters',
      {
        centroids: float32Of(await store.read(centroids)),
        dimensions,
        sizes,
        tokens: bytes.map(estimatedTokens),
        merge,
        dropped: dropped.map(({ initial }) => initial),
      },
      { signal },
    );
    const count = map.reduce<number>((most, to) => Math.max(most, (to ?? -1) + 1), 0);
    if (count < 2) throw badCorpus(oneClusterLeft(map, bytes, merge));

    // Dropped clusters are described too, each by itself, after those that stay.
    const described = [...map];
    dropped.forEach((cluster, at) => (described[cluster.initial] = count + at));
    const labelled = await compute.run('labelClusters', { map: described as number[], sizes, samples }, { signal });
    const documents = new Array<number>(count).fill(0);
    const size = new Array<number>(count).fill(0);
    map.forEach((to, from) => {
      if (to === null) return;
      documents[to]! += sizes[from]!;
      size[to]! += bytes[from]!;
    });
    const quality = judged && joinedQuality(judged.totals, map);
    const clusters = documents.map((_, at) => ({
      cluster: clusterName(at),
      label: labelled[at]!.terms.slice(0, 4).join(', '),
      terms: labelled[at]!.terms,
      examples: labelled[at]!.examples,
      documents: documents[at]!,
      bytes: size[at]!,
      estimatedTokens: estimatedTokens(size[at]!),
      ...(judged && quality && { quality: groupQuality(quality, judged.axes, at), kinds: groupKinds(quality, at) }),
    }));
    const table = Uint16Array.from(map, (to) => to ?? noCluster);
    const made: DomainSet = {
      schema: 2,
      kind: 'domain-set',
      clusters,
      map,
      dropped: dropped.map((cluster, at) => ({
        initial: cluster.initial,
        documents: sizes[cluster.initial]!,
        bytes: bytes[cluster.initial]!,
        terms: labelled[count + at]!.terms,
        reasons: cluster.reasons,
      })),
      assignment: await store.put(bytesOf(initial.map((cluster) => table[cluster]!))),
      origin: { kind: 'clusters', clusters: origin },
    };
    const nmi = texts.labels && normalisedMutualInformation(mergedContingency(contingencyOf(texts.labels), map));
    const labels = labelsThatFit(clusters.map(({ label }) => label));
    return { ref: await store.putJson(made), summary: { clusters: count, dropped: dropped.length, labels, nmi } };
  }
}

function failing({ totals, axes }: Judged, prune: Prune, sizes: readonly number[]): Dropped[] {
  const thresholds = pruneThresholds(prune, axes);
  return sizes.flatMap((documents, initial) => {
    const reasons = failedAxes(groupQuality(totals, axes, initial), thresholds, documents);
    return reasons.length === 0 ? [] : [{ initial, reasons }];
  });
}

const badCorpus = (message: string) => ApplicationFailure.nonRetryable(message, 'BadCorpus');
