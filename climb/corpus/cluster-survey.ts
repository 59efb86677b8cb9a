import { countTogether, mostLabels, type Contingency } from './contingency.ts';
import { stream } from '../random.ts';
import { sampleIndices } from './sample-indices.ts';
import type { ShardSurvey } from './shard-survey.ts';

/** Documents whose text is looked at for labels, in all; and so many of each K_init cluster where they can't share that. */
const sampledDocuments = 4_096;
const sampledPerCluster = 4;

/** Characters of all texts looked at, and of one: its beginning is enough to say what it is about. */
const sampledCharacters = 16_000_000;
const mostCharacters = 4_000;

/** Positions in the corpus of the documents whose text is looked at, ascending: every K_init cluster has its share. */
export function documentsToSample(assignment: Uint16Array, sizes: readonly number[], seed: number): Uint32Array {
  const each = Math.max(sampledPerCluster, Math.ceil(sampledDocuments / sizes.length));
  const chosen = sizes.map((size, cluster) => sampleIndices(size, each, stream(seed, ['merge', 'labels', cluster])));
  const sample = new Uint32Array(chosen.reduce((sum, { length }) => sum + length, 0));
  const seen = new Uint32Array(sizes.length);
  const have = new Uint32Array(sizes.length);
  let at = 0;
  assignment.forEach((cluster, index) => {
    if (chosen[cluster]![have[cluster]!] === seen[cluster]!++) {
      have[cluster]!++;
      sample[at++] = index;
    }
  });
  return sample;
}

/** @returns characters of a text that are looked at, of so many texts */
export function charactersEach(texts: number): number {
  return Math.min(mostCharacters, Math.ceil(sampledCharacters / texts));
}

/** Artifact: what merging and labelling need of the K_init clusters, whatever they are merged to. */
export type ClusterSurvey = {
  readonly schema: 1;
  readonly kind: 'cluster-survey';
  /** UTF-8 bytes of text of each cluster. */
  readonly bytes: readonly number[];
  /** Beginnings of documents drawn from each cluster. */
  readonly samples: readonly (readonly string[])[];
  /** True domain → [cluster, documents]; null where the corpus names none, or too many to be domains. */
  readonly labels: readonly (readonly [string, readonly (readonly [number, number])[]])[] | null;
};

/** The surveys of all shards as one; they are added in their order. */
export class JoinedSurvey {
  readonly #bytes: number[];
  readonly #samples: string[][];
  readonly #labels: Contingency = new Map();

  constructor(k: number) {
    this.#bytes = new Array<number>(k).fill(0);
    this.#samples = Array.from({ length: k }, () => []);
  }

  /** @param sampled cluster of each of the survey's texts */
  add({ bytes, labels, texts }: ShardSurvey, sampled: readonly number[]): void {
    bytes.forEach((sum, cluster) => (this.#bytes[cluster]! += sum));
    texts.forEach((text, at) => this.#samples[sampled[at]!]!.push(text));
    for (const [label, row] of labels) {
      if (this.#labels.size > mostLabels) break;
      for (const [cluster, documents] of row) countTogether(this.#labels, label, cluster, documents);
    }
  }

  finished(): ClusterSurvey {
    const usable = this.#labels.size > 0 && this.#labels.size <= mostLabels;
    return {
      schema: 1,
      kind: 'cluster-survey',
      bytes: this.#bytes,
      samples: this.#samples,
      labels: usable ? [...this.#labels].map(([label, row]) => [label, [...row]] as const) : null,
    };
  }
}

export function contingencyOf(labels: NonNullable<ClusterSurvey['labels']>): Contingency {
  return new Map(labels.map(([label, row]) => [label, new Map(row)]));
}
