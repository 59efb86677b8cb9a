import * as z from 'zod/mini';

/** Scores that can't be what was asked for: nothing may be built on them. */
export class BadScores extends Error {
  override name = 'BadScores';
}

export type Predictions = {
  /** Sorted; the same for every text. */
  readonly labels: readonly string[];
  /** Row-major, texts × labels. */
  readonly scores: Float32Array;
};

const prediction = z.object({ label: z.string().check(z.minLength(1), z.maxLength(200)), score: z.number() });
const shape = z.array(z.array(prediction).check(z.maxLength(1_000)));

/**
 * The scores of an answer of `/predict`, a list of {label, score} for each text, or why they are none.
 * @param count texts that were sent
 * @throws BadScores naming what was expected and found, never a label, a score or a text
 */
export function predictionsOf(answer: unknown, who: string, count: number): Predictions {
  const refuse = (expected: string, found: string): never => {
    throw new BadScores(
      `${who} answered what are no scores: expected ${expected}, found ${found}; clusters pruned by it would be the wrong ones, so none of these scores was kept; check that the server serves a classifier, and its version`,
    );
  };
  const { success, data: predictions } = shape.safeParse(answer);
  if (!success) {
    return refuse(`for each of ${count} texts a list of labels with finite scores`, 'something of another form');
  }
  if (predictions.length !== count) refuse(`${count} lists of labels, one for each text`, `${predictions.length}`);
  const labels = labelsOf(predictions[0] ?? []);
  if (labels.length === 0) refuse('a label or more', 'none');
  const scores = new Float32Array(count * labels.length);
  predictions.forEach((found, text) => {
    const byLabel = new Map(found.map(({ label, score }) => [label, score]));
    if (byLabel.size !== found.length) refuse('each label once', 'one of them twice');
    if (labelsOf(found).join('\n') !== labels.join('\n')) {
      refuse(`the same ${labels.length} labels for every text`, `${found.length} that are not the same`);
    }
    labels.forEach((label, at) => (scores[text * labels.length + at] = byLabel.get(label)!));
  });
  return { labels, scores };
}

const labelsOf = (predictions: readonly { label: string }[]) => predictions.map(({ label }) => label).sort();
