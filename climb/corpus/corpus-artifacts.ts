import type { Ref } from '../artifact.ts';

/** A record that was left out, and why. Lines count from 1; rows of Parquet and files of a folder of text count as lines. */
export type BadDocument = { readonly file: string; readonly line: number; readonly reason: string };

/** A document that was left out because it holds text of a task's item. */
export type ContaminatedDocument = { readonly file: string; readonly line: number; readonly task: string };

/** Some documents as JSON lines, one `ShardDocument` each; `bytes` counts their text in UTF-8. */
export type CorpusShard = {
  readonly ref: Ref;
  readonly documents: number;
  readonly bytes: number;
  /** float32, little-endian, row-major, documents × dimensions: where the corpus brings its vectors itself. */
  readonly vectors?: Ref;
  /**
   * uint32, little-endian, a document: its record's number among those of the whole corpus, from 0 in reading order, bad
   * ones counted. Only where vectors lie in a file beside the corpus.
   */
  readonly rows?: Ref;
};

/** Artifact: what was read. The order of documents is that of the shards, and within a shard that of its lines. */
export type Manifest = {
  readonly schema: 2;
  readonly kind: 'manifest';
  readonly files: readonly {
    /** Name of its source; absent where the corpus is one path. */
    readonly source?: string;
    /** Relative to the allowed root it lies in. */
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
    /** Records that are documents, before anything was dropped or split. */
    readonly documents: number;
    readonly bad: number;
  }[];
  readonly shards: readonly CorpusShard[];
  /** Lines, rows and files that were read, bad ones counted, blank lines not. */
  readonly records: number;
  readonly documents: number;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  /** Length of the vectors that the corpus brings; absent where it brings none. */
  readonly dimensions?: number;
  /** Documents that were longer than the cap and are now several. */
  readonly split: number;
  /** Documents dropped because an earlier one has the very same text. */
  readonly duplicates: number;
  /** Documents dropped because an earlier one has nearly the same text. */
  readonly nearDuplicates: number;
  /** Documents dropped because they hold text of a task's item. */
  readonly contaminatedCount: number;
  /** The first hundred. */
  readonly contaminated: readonly ContaminatedDocument[];
  /** Documents kept out of clusters and training; absent where none were asked for. */
  readonly heldOut?: { readonly shards: readonly CorpusShard[]; readonly documents: number; readonly bytes: number };
  /** The first hundred. */
  readonly bad: readonly BadDocument[];
  readonly badCount: number;
};

/** Artifact: one vector a document, in the manifest's order. */
export type Vectors = {
  readonly schema: 1;
  readonly kind: 'vectors';
  readonly count: number;
  readonly dimensions: number;
  /** float32, little-endian, row-major, count × dimensions. */
  readonly vectors: Ref;
  /** `EmbeddingModel` */
  readonly model: Ref;
};

/** Artifact: the fitted embedding, so that later documents land in the same space. */
export type StoredLsaModel = {
  readonly schema: 1;
  readonly kind: 'lsa-model';
  readonly dimensions: number;
  /** float32, little-endian, features. */
  readonly idf: Ref;
  /** float32, little-endian, row-major, features × dimensions. */
  readonly projection: Ref;
};

/** Artifact: the embedding server that made the vectors, as it described itself. */
export type ServedModel = {
  readonly schema: 1;
  readonly kind: 'endpoint-model' | 'hf-inference-model';
  readonly dimensions: number;
  readonly model: string;
  /** Revision of the model, where the server says it. */
  readonly revision: string | null;
  /** The worker's profile that reaches it; null for the hosted provider. */
  readonly endpoint: string | null;
  /** Characters of a document that are sent, at most. */
  readonly maxCharacters: number;
};

/** Artifact: vectors that the corpus brought; no later document can be embedded. */
export type PrecomputedModel = { readonly schema: 1; readonly kind: 'precomputed-model'; readonly dimensions: number };

export type EmbeddingModel = StoredLsaModel | ServedModel | PrecomputedModel;

/** Artifact: the K_init clusters, largest first. Never changed: merging only maps them. */
export type Clusters = {
  readonly schema: 1;
  readonly kind: 'clusters';
  /** Clusters that hold a document: K_init or fewer. */
  readonly k: number;
  readonly dimensions: number;
  /** float32, little-endian, row-major, k × dimensions. */
  readonly centroids: Ref;
  /** `EmbeddingModel` */
  readonly model: Ref;
  /** uint16, little-endian, a document: index of its cluster. */
  readonly assignment: Ref;
  /** Documents a cluster. */
  readonly sizes: readonly number[];
  /** Sum of squared distances of the vectors to their centroids. */
  readonly inertia: number;
};

/** What a document is, as far as rules for English prose apply to it. */
export const documentKinds = ['english', 'other-language', 'code', 'data'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** Artifact: scores of every document, in the manifest's order. */
export type QualityScores = {
  readonly schema: 1;
  readonly kind: 'quality-scores';
  readonly axes: readonly string[];
  /** One for each shard of the manifest. */
  readonly shards: readonly {
    /** float32, little-endian, row-major, documents × axes; NaN where an axis does not apply. */
    readonly scores: Ref;
    /** uint8 a document: index into `documentKinds`. */
    readonly kinds: Ref;
  }[];
};

/** Of an axis over a cluster: mean of the documents it applies to, and their number. */
export type ClusterQuality = { readonly mean: number | null; readonly documents: number };

export type DomainSetCluster = {
  /** c0000, c0001, … by falling number of documents. */
  readonly cluster: string;
  /** The first few terms, or the name of a known domain, for people. */
  readonly label: string;
  readonly terms: readonly string[];
  /** Beginnings of up to three documents, one line each. */
  readonly examples: readonly string[];
  readonly documents: number;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  readonly estimatedTokens: number;
  /** By axis; absent where quality was not scored. */
  readonly quality?: Readonly<Record<string, ClusterQuality>>;
  /** Documents of each kind, likewise. */
  readonly kinds?: Readonly<Partial<Record<DocumentKind, number>>>;
};

/** A K_init cluster that was pruned. */
export type DroppedCluster = {
  readonly initial: number;
  readonly documents: number;
  readonly bytes: number;
  readonly terms: readonly string[];
  /** `repetition 1.82 < 3`, one for each axis it fails. */
  readonly reasons: readonly string[];
};

/** Value of an assignment: the document is in no cluster. */
export const noCluster = 65_535;

/** Artifact: the axes of the search. */
export type DomainSet = {
  readonly schema: 2;
  readonly kind: 'domain-set';
  readonly clusters: readonly DomainSetCluster[];
  /** K_init cluster → index into `clusters`, null for a dropped one; of known domains each is its own. */
  readonly map: readonly (number | null)[];
  readonly dropped: readonly DroppedCluster[];
  /** uint16, little-endian, a document: index into `clusters`, or `noCluster`. */
  readonly assignment: Ref;
  /** What a later document needs to be assigned: `Clusters`, or the known domains in the order of `clusters`. */
  readonly origin:
    | { readonly kind: 'clusters'; readonly clusters: Ref }
    | { readonly kind: 'field'; readonly field: string; readonly values: readonly string[] };
};
