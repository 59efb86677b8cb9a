import { trigramProbabilities } from '../../../climb/ngram/interpolated-trigrams.ts';
import { neededNgrams, type ScoredSequence } from '../../../climb/ngram/needed-ngrams.ts';
import { tabulate, type NgramPrior } from '../../../climb/ngram/ngram-prior.ts';
import { stream } from '../../../climb/random.ts';

/** The mark of a beginning. */
export const bos = 0;

/** A made-up language: after each token comes one of a few that belong to it and the language. */
export function madeStream(language: number, tokens: number, vocabulary: number, seed = 1): Uint16Array<ArrayBuffer> {
  const draws = stream(seed, ['made', language]);
  let last = bos;
  return Uint16Array.from({ length: tokens }, (_, at) => {
    if (at % 23 === 0) return (last = bos);
    const choices = stream(language, ['after', last, draws.integer(3)]);
    return (last = draws.uniform() < 0.1 ? 1 + draws.integer(vocabulary - 1) : 1 + choices.integer(vocabulary - 1));
  });
}

/** Every n-gram of a vocabulary: all tokens after all pairs, and after the mark of a beginning alone. */
export function everySequence(vocabulary: number): ScoredSequence[] {
  const ids = Array.from({ length: vocabulary }, (_, id) => id);
  return [
    ...ids.map((id) => ({ tokens: [bos, id], scored: 1 })),
    ...ids.flatMap((u) => ids.flatMap((v) => ids.map((w) => ({ tokens: [u, v, w], scored: 1 })))),
  ];
}

export const probabilitiesOf = (stream: Uint16Array | Uint32Array, sequences: ScoredSequence[], vocabulary: number) => {
  const { needed } = neededNgrams([{ scored: sequences.length, sequences }], vocabulary);
  return trigramProbabilities({ needed, stream });
};

/**
 * A prior over languages of a few thousand tokens each; task t has items of language t, or of several in turn.
 * @param tasks the languages of each task's items
 */
export function madePrior(languages: number, tasks: readonly (readonly number[])[], items = 60): NgramPrior {
  const vocabulary = 40;
  const encoded = tasks.map((of, t) => {
    const sequences = Array.from({ length: items }, (_, at) => {
      const language = of[at % of.length] as number;
      return { tokens: madeStream(language, 12, vocabulary, 1000 * (t + 1) + at), scored: 6 };
    });
    return { scored: 6 * items, sequences };
  });
  const { needed, kept } = neededNgrams(encoded, vocabulary);
  const columns = Array.from({ length: languages }, (_, language) =>
    trigramProbabilities({ needed, stream: madeStream(language, 5000, vocabulary) }),
  );
  return tabulate(
    columns,
    kept.map((tokens) => ({ bytes: 3 * tokens, tokens })),
  );
}
