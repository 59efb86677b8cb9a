import type { Ref } from '../artifact.ts';
import type { DomainSet, DomainSetCluster, DroppedCluster, Manifest } from '../corpus/corpus-artifacts.ts';
import type { Point } from './cluster-map.ts';

/** How K_init clusters become the axes of a search: to a number of clusters, or what is nearer than a threshold. */
export type MergeSetting = {
  readonly method: 'ward' | 'centroid';
  readonly target: number | null;
  readonly threshold: number | null;
};

/** One K_init clustering, shared by all rows with its `k`. */
export type ExploredClustering = {
  /** K asked for. */
  readonly k: number;
  /** Documents of each cluster that holds one. */
  readonly sizes: readonly number[];
  /** Sum of squared distances of the vectors to their centroids. */
  readonly inertia: number;
  /** Where each cluster lies in the picture, in units of the embedding's distance. */
  readonly points: readonly Point[];
};

/** What a row of the table says; null where there is nothing to measure. */
export type RowFigures = {
  readonly clusters: number;
  /** Documents. */
  readonly largest: number;
  readonly smallest: number;
  /** Of the largest cluster among the documents that are kept. */
  readonly largestShare: number;
  readonly droppedClusters: number;
  readonly droppedDocuments: number;
  /** Normalised mutual information of clusters and true domains. */
  readonly nmi: number | null;
  /** By axis, over the documents that are kept and that it applies to. */
  readonly quality: Readonly<Record<string, number | null>>;
  /** Of the axes. */
  readonly meanQuality: number | null;
};

export type ExploredRow = {
  /** K_init: of the clustering with this `k`. */
  readonly k: number;
  readonly merge: MergeSetting;
  /** Whether a search with this file would use it. */
  readonly own: boolean;
} & (
  | {
      readonly figures: RowFigures;
      readonly domainSet: Ref;
      readonly clusters: readonly DomainSetCluster[];
      readonly map: readonly (number | null)[];
      readonly dropped: readonly DroppedCluster[];
    }
  /** Why this setting can't be searched over. */
  | { readonly problem: string }
);

export type FoundRow = Extract<ExploredRow, { figures: RowFigures }>;

/** Everything that `explore` found: the file `explore.json`, from which the page is made. */
export type Exploration = {
  readonly schema: 1;
  readonly kind: 'exploration';
  /** Name of the search file. */
  readonly file: string;
  readonly seed: number;
  readonly corpus: Pick<
    Manifest,
    | 'records'
    | 'documents'
    | 'bytes'
    | 'split'
    | 'duplicates'
    | 'nearDuplicates'
    | 'contaminatedCount'
    | 'bad'
    | 'badCount'
  > & { readonly heldOut: number };
  readonly embedding: { readonly kind: string; readonly dimensions: number };
  /** Of quality; none where it was not scored. */
  readonly axes: readonly string[];
  readonly clusterings: readonly ExploredClustering[];
  readonly rows: readonly ExploredRow[];
};

export function corpusFacts(manifest: Manifest): Exploration['corpus'] {
  const { records, documents, bytes, split, duplicates, nearDuplicates, contaminatedCount } = manifest;
  const { bad, badCount, heldOut } = manifest;
  return {
    records,
    documents,
    bytes,
    split,
    duplicates,
    nearDuplicates,
    contaminatedCount,
    bad,
    badCount,
    heldOut: heldOut?.documents ?? 0,
  };
}

/** The figures of a domain set. A document counts once on an axis; the mean of the axes counts each axis once. */
export function figuresOf(
  { clusters, dropped }: Pick<DomainSet, 'clusters' | 'dropped'>,
  nmi: number | null,
  axes: readonly string[],
): RowFigures {
  const sizes = clusters.map(({ documents }) => documents);
  const largest = Math.max(...sizes);
  const quality = Object.fromEntries(axes.map((axis) => [axis, meanOf(clusters, axis)]));
  const means = Object.values(quality).filter((mean) => mean !== null);
  return {
    clusters: clusters.length,
    largest,
    smallest: Math.min(...sizes),
    largestShare: largest / sum(sizes),
    droppedClusters: dropped.length,
    droppedDocuments: sum(dropped.map(({ documents }) => documents)),
    nmi,
    quality,
    meanQuality: means.length === 0 ? null : sum(means) / means.length,
  };
}

/** Mean of a cluster over its axes, each counting once; null where none applies to it. */
export function meanQuality({ quality = {} }: DomainSetCluster): number | null {
  const means = Object.values(quality).flatMap(({ mean }) => (mean === null ? [] : [mean]));
  return means.length === 0 ? null : sum(means) / means.length;
}

function meanOf(clusters: readonly DomainSetCluster[], axis: string): number | null {
  const parts = clusters.flatMap(({ quality }) => quality?.[axis] ?? []);
  const documents = sum(parts.map((part) => (part.mean === null ? 0 : part.documents)));
  return documents === 0 ? null : sum(parts.map(({ mean, documents: n }) => (mean ?? 0) * n)) / documents;
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
