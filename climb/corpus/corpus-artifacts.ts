import type { Ref } from '../artifact.ts';

/** A document that was left out, and why. */
export type BadDocument = { readonly file: string; readonly line: number; readonly reason: string };

/** Artifact: what was read. The order of documents is that of the shards, and within a shard that of its lines. */
export type Manifest = {
  readonly schema: 1;
  readonly kind: 'manifest';
  readonly files: readonly {
    /** Relative to the allowed root it lies in. */
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly documents: number;
    readonly bad: number;
  }[];
  /** JSON lines, one `ShardDocument` each; `bytes` counts the text. */
  readonly shards: readonly { readonly ref: Ref; readonly documents: number; readonly bytes: number }[];
  readonly documents: number;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  /** Documents dropped because an earlier one has the very same text. */
  readonly duplicates: number;
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
  /** `StoredLsaModel` */
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

/** Artifact: the K_init clusters, largest first. Never changed: merging only maps them. */
export type Clusters = {
  readonly schema: 1;
  readonly kind: 'clusters';
  /** Clusters that hold a document: K_init or fewer. */
  readonly k: number;
  readonly dimensions: number;
  /** float32, little-endian, row-major, k × dimensions. */
  readonly centroids: Ref;
  /** uint16, little-endian, a document: index of its cluster. */
  readonly assignment: Ref;
  /** Documents a cluster. */
  readonly sizes: readonly number[];
  /** Sum of squared distances of the vectors to their centroids. */
  readonly inertia: number;
};

export type DomainSetCluster = {
  /** c0000, c0001, … by falling number of documents. */
  readonly cluster: string;
  /** The first few terms, for people. */
  readonly label: string;
  readonly terms: readonly string[];
  /** Beginnings of up to three documents, one line each. */
  readonly examples: readonly string[];
  readonly documents: number;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  readonly estimatedTokens: number;
};

/** Artifact: the axes of the search. */
export type DomainSet = {
  readonly schema: 1;
  readonly kind: 'domain-set';
  readonly clusters: readonly DomainSetCluster[];
  /** K_init cluster → index into `clusters`. */
  readonly map: readonly number[];
  /** uint16, little-endian, a document: index into `clusters`. */
  readonly assignment: Ref;
};
