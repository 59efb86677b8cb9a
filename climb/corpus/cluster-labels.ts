import { distinctWords } from './words.ts';

export type LabelInput = {
  /** K_init cluster → index of the domain set's cluster. */
  readonly map: readonly number[];
  /** Documents of each K_init cluster. */
  readonly sizes: readonly number[];
  /** Beginnings of documents drawn from each K_init cluster. */
  readonly samples: readonly (readonly string[])[];
};

export type ClusterLabel = { readonly terms: string[]; readonly examples: string[] };

/** Terms a cluster is described by, at most. */
const termCount = 10;
const exampleCount = 3;
const exampleLength = 160;

/**
 * What a person reads instead of a number: words that many of a cluster's documents hold and few others do, and the
 * beginnings of the three documents that hold most of them. Shares of documents are estimated from the samples, each
 * K_init cluster counting by its size, so that a cluster's big parts outweigh its small ones.
 * @returns a label for each cluster of the domain set
 */
export function labelClusters({ map, sizes, samples }: LabelInput): ClusterLabel[] {
  const clusters = map.reduce((most, cluster) => Math.max(most, cluster), -1) + 1;
  const documents = new Array<number>(clusters).fill(0);
  map.forEach((cluster, k) => (documents[cluster]! += sizes[k]!));
  const holding = documents.map(() => new Map<string, number>());
  const everywhere = new Map<string, number>();
  samples.forEach((texts, k) => {
    const inCluster = holding[map[k]!]!;
    for (const text of texts) {
      for (const word of distinctWords(text)) {
        const weight = sizes[k]! / texts.length;
        inCluster.set(word, (inCluster.get(word) ?? 0) + weight);
        everywhere.set(word, (everywhere.get(word) ?? 0) + weight);
      }
    }
  });
  const all = documents.reduce((sum, n) => sum + n, 0);
  return holding.map((words, cluster) => {
    const terms = topTerms(words, documents[cluster]!, everywhere, all);
    return { terms, examples: typical(samples.filter((_, k) => map[k] === cluster).flat(), terms).map(oneLine) };
  });
}

/** TF-IDF over documents: share of the cluster's documents with the word × log of its rarity among all documents. */
function topTerms(
  words: ReadonlyMap<string, number>,
  size: number,
  everywhere: ReadonlyMap<string, number>,
  all: number,
): string[] {
  const score = (word: string, weight: number) =>
    (weight / size) * Math.log((weight / size) * (all / everywhere.get(word)!));
  return [...words]
    .map(([word, weight]) => ({ word, score: score(word, weight) }))
    .sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
    .slice(0, termCount)
    .map(({ word }) => word);
}

/** The texts that hold most of the cluster's terms; of equal ones the first. */
function typical(texts: readonly string[], terms: readonly string[]): string[] {
  const held = texts.map((text) => {
    const words = distinctWords(text);
    return { text, count: terms.filter((term) => words.has(term)).length };
  });
  return held
    .sort((a, b) => b.count - a.count)
    .slice(0, exampleCount)
    .map(({ text }) => text);
}

/** Untrusted text made fit for a log line or a page: no control or direction characters, no line ends, not long. */
function oneLine(text: string): string {
  const clean = [
    ...text
      .slice(0, 4 * exampleLength)
      .replace(/[\p{C}\s]+/gu, ' ')
      .trim(),
  ];
  return clean.length > exampleLength
    ? `${clean
        .slice(0, exampleLength - 1)
        .join('')
        .trimEnd()}…`
    : clean.join('');
}
