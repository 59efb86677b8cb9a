import { noPair, type NeededNgrams } from './needed-ngrams.ts';
import { pairIndex } from './pair-index.ts';
import { absoluteDiscount, countSuccessors, type Successors } from './successors.ts';

/**
 * Probabilities of the needed n-grams under the interpolated trigram model of one cluster (absolute discounting: Ney,
 * Essen and Kneser 1994; Chen and Goodman 1999, equation 13):
 *
 *   P(w | u v) = max(c(u v w) − D, 0) / c(u v ·) + D · N₁₊(u v ·) / c(u v ·) · P(w | v)
 *
 * with N₁₊ the number of different tokens that followed. P(w | v) and P(w) are alike, each with a discount of its own,
 * and below them every token of the vocabulary is as likely as another: a probability is never 0. A context that never
 * occurred says nothing: the shorter one stands for it.
 *
 * @param stream the cluster's tokens, documents one after another, each behind the mark of its beginning
 * @returns one for each needed n-gram, in (0, 1]; over all tokens of the vocabulary those of a context sum to 1
 */
export function trigramProbabilities({
  needed,
  stream,
}: {
  readonly needed: NeededNgrams;
  readonly stream: Uint16Array | Uint32Array;
}): Float32Array<ArrayBuffer> {
  const { vocabulary, tokens, context, pair } = needed;
  const single = tokenProbabilities(stream, vocabulary);
  const afterOne = bigrams(stream, needed);
  const afterTwo = trigrams(stream, needed);
  return Float32Array.from(tokens, (token, at) => {
    const shorter = interpolated(afterOne, context[at] as number, token, single(token));
    return pair[at] === noPair ? shorter : interpolated(afterTwo, pair[at] as number, token, shorter);
  });
}

function interpolated(
  { followed, distinct, discount, count }: Successors,
  context: number,
  token: number,
  shorter: number,
) {
  const total = followed[context] as number;
  if (total === 0) return shorter;
  const seen = Math.max(0, count(context, token) - discount);
  return (seen + discount * (distinct[context] as number) * shorter) / total;
}

/** Without a context, over a uniform distribution. */
function tokenProbabilities(stream: Uint16Array | Uint32Array, vocabulary: number): (token: number) => number {
  const counts = new Uint32Array(vocabulary);
  for (let place = 0; place < stream.length; place++) counts[stream[place] as number]!++;
  const times = (n: number) => counts.reduce((sum, count) => sum + (count === n ? 1 : 0), 0);
  const discount = absoluteDiscount(times(1), times(2));
  const spread = (discount * (vocabulary - times(0))) / vocabulary;
  if (stream.length === 0) return () => 1 / vocabulary;
  return (token) => (Math.max(0, (counts[token] as number) - discount) + spread) / stream.length;
}

function bigrams(stream: Uint16Array | Uint32Array, { vocabulary, contexts }: NeededNgrams): Successors {
  const indices = new Int32Array(vocabulary).fill(-1);
  contexts.forEach((token, index) => (indices[token] = index));
  const before = (place: number) => (place < 1 ? -1 : (indices[stream[place - 1] as number] as number));
  return countSuccessors(stream, before, contexts.length, vocabulary);
}

function trigrams(stream: Uint16Array | Uint32Array, { vocabulary, pairs }: NeededNgrams): Successors {
  const indexOf = pairIndex(pairs, vocabulary);
  const before = (place: number) =>
    place < 2 ? -1 : indexOf(stream[place - 2] as number, stream[place - 1] as number);
  return countSuccessors(stream, before, pairs.length, vocabulary);
}
