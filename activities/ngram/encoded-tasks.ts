import type { ScoredSequence, ScoredTask } from '../../climb/ngram/needed-ngrams.ts';
import { uint32Of } from '../../climb/corpus/little-endian.ts';
import type { TrainerFile } from '../train/trainer-files.ts';

/** `result.json` of the trainer's `encode` (trainer/README.md). */
export type EncodedTasks = {
  readonly tasks: readonly {
    readonly name: string;
    readonly scored: number;
    readonly bytes: number;
    readonly bin: TrainerFile;
  }[];
};

/** A task's tokens as the trainer wrote them: of each item its length, how many at its end are scored, its tokens. */
export function scoredTask(bin: Uint8Array, scored: number): ScoredTask {
  return { scored, sequences: sequencesIn(uint32Of(bin)) };
}

function* sequencesIn(words: Uint32Array): Generator<ScoredSequence> {
  for (let at = 0; at < words.length;) {
    const [length, scored] = [words[at] as number, words[at + 1] as number];
    yield { tokens: words.subarray(at + 2, at + 2 + length), scored };
    at += 2 + length;
  }
}
