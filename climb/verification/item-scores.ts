/** One run's losses on the items of one task, lower is better. Its score is a ratio: Σ losses / Σ sizes. */
export type ItemScores = {
  readonly losses: readonly number[];
  /** What each item counts: its gold answer's bytes for bits per byte, 1 for an error rate. */
  readonly sizes: readonly number[];
};

/**
 * Bits per byte of gold answers.
 * @param goldNll negative log likelihood of each item's gold answer, nats
 * @param bytes   UTF-8 length of each item's gold answer
 */
export function bitsPerByteItems(goldNll: readonly number[], bytes: readonly number[]): ItemScores {
  return { losses: goldNll.map((nats) => nats / Math.LN2), sizes: bytes };
}

/** Σ losses / Σ sizes. */
export function pooledScore({ losses, sizes }: ItemScores): number {
  return sum(losses) / sum(sizes);
}

/**
 * How far each item pulls the pooled score from where it is: (loss - score · size) / mean size. The score is a ratio
 * of two sums, so its sampling variance over items is that of the mean of these (linearisation; Cochran 1977, 6.4).
 */
export function itemInfluence(items: ItemScores): Float64Array {
  const score = pooledScore(items);
  const meanSize = sum(items.sizes) / items.sizes.length;
  return Float64Array.from(items.losses, (loss, i) => (loss - score * (items.sizes[i] as number)) / meanSize);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
