import { documentKinds, type DocumentKind } from '../corpus-artifacts.ts';
import { parseShard } from '../corpus-shard.ts';
import { documentKind } from './document-kind.ts';
import { heuristicAxes } from './heuristic-axes.ts';
import { scoreText } from './heuristics.ts';

/** Of a shard's documents, in their order. */
export type ShardQuality = {
  /** Row-major, documents × axes; NaN where an axis does not apply. */
  readonly scores: Float32Array;
  /** Index into `documentKinds`, a document. */
  readonly kinds: Uint8Array;
};

/** Scores by the built-in heuristics, documents × `heuristicAxes`. */
export function scoreShard({ shard }: { shard: Uint8Array }): ShardQuality {
  const judged = parseShard(shard).map(({ text }) => scoreText(text));
  const scores = new Float32Array(judged.length * heuristicAxes.length);
  judged.forEach((document, at) => scores.set(document.scores, at * heuristicAxes.length));
  return { scores, kinds: Uint8Array.from(judged, ({ kind }) => indexOf(kind)) };
}

/** Scores that the documents bring, documents × `axes`; a document without a score has NaN there. */
export function readShardScores({ shard, axes }: { shard: Uint8Array; axes: readonly string[] }): ShardQuality {
  const documents = parseShard(shard);
  const scores = Float32Array.from(
    documents.flatMap(({ scores = {} }) =>
      axes.map((axis) => (Object.hasOwn(scores, axis) ? (scores[axis] as number) : NaN)),
    ),
  );
  return { scores, kinds: kindsOf(documents) };
}

/** The kind of each document of a shard, and its text, as far as a classifier is shown it. */
export function shardTexts({ shard, characters }: { shard: Uint8Array; characters: number }): {
  texts: string[];
  kinds: Uint8Array;
} {
  const documents = parseShard(shard);
  return { texts: documents.map(({ text }) => beginning(text, characters)), kinds: kindsOf(documents) };
}

const indexOf = (kind: DocumentKind) => documentKinds.indexOf(kind);
const kindsOf = (documents: readonly { text: string }[]) =>
  Uint8Array.from(documents, ({ text }) => indexOf(documentKind(text)));

/** Cut between characters: half of a pair isn't valid UTF-8 and a server refuses it. */
function beginning(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const cutsPair = /[\uD800-\uDBFF]/.test(text[characters - 1]!);
  return text.slice(0, cutsPair ? characters - 1 : characters);
}
