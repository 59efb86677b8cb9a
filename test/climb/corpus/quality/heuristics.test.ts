import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { documentKinds } from '../../../../climb/corpus/corpus-artifacts.ts';
import { heuristicAxes } from '../../../../climb/corpus/quality/heuristic-axes.ts';
import { axesOf, graded, scoreText } from '../../../../climb/corpus/quality/heuristics.ts';

/** Jane Austen, Pride and Prejudice, chapter 1. */
const prose = `It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife.
However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth is so well fixed in the minds of the surrounding families, that he is considered as the rightful property of some one or other of their daughters.
"My dear Mr. Bennet," said his lady to him one day, "have you heard that Netherfield Park is let at last?"
Mr. Bennet replied that he had not.
"But it is," returned she; "for Mrs. Long has just been here, and she told me all about it."
Mr. Bennet made no answer.
"Do not you want to know who has taken it?" cried his wife impatiently.
"You want to tell me, and I have no objection to hearing it."
This was invitation enough.`;

const scoresOf = (text: string) => {
  const { scores } = scoreText(text);
  return Object.fromEntries(heuristicAxes.map((axis, at) => [axis, scores[at]!]));
};

describe('graded', () => {
  test.each([
    [0.1, 0, 0, 5],
    [0.1, 0, 0.05, 3.75],
    [0.1, 0, 0.1, 2.5],
    [0.1, 0, 0.2, 0],
    [0.1, 0, 1, 0],
    [3, 4, 0, 0],
    [3, 4, 3, 2.5],
    [3, 4, 9, 5],
  ])('threshold %p, best %p: %p scores %p', (threshold, best, value, score) =>
    expect(graded(value, { threshold, best })).toBeCloseTo(score, 12),
  );
});

describe('a published threshold scores 2.5', () => {
  const words = (count: number) =>
    Array.from({ length: count }, (_, at) => `word${'abcdefghijklmnopqrstuvwxyz'[at % 26]}${at}`);
  test.each([
    ['length', 'fifty words', 'It was over by then. '.repeat(10), 2.5],
    ['length', 'three sentences', `${words(60).join(' ')}. ${words(60).join(' ')}. It ended.`, 2.5],
    ['wordLength', 'three characters a word', 'the cat and the dog sat but the rat ran.', 2.5],
    ['stopWords', 'two of eight', 'The house of cards fell down yesterday evening.', 2.5],
    ['symbols', 'a hash for ten words', '#one and two and three and four and five six', 2.5],
    ['symbols', 'four words in five hold a letter', 'the year of 1999 was', 2.5],
    [
      'lineEnds',
      'an ellipsis at three line ends in ten',
      `${'It was and it is...\n'.repeat(3)}${'So it was said.\n'.repeat(7)}`,
      2.5,
    ],
    [
      'lists',
      'nine bullets in ten lines',
      `${Array.from({ length: 9 }, (_, at) => `- the ${at}th of many long entries of a list`).join('\n')}\nand that is all there was of the list`,
      2.5,
    ],
    ['boilerplate', 'one mention in a hundred words', `${'it was the best '.repeat(24)}of times JavaScript. And`, 2.5],
    ['boilerplate', 'legal phrases count as one', `${'it was the best '.repeat(24)}our cookie policy. And`, 2.5],
    ['boilerplate', 'curly brackets', `${'it was the best '.repeat(24)}of times it {was}.`, 2.5],
  ])('%s: %s', (axis, _, text, score) => expect(scoresOf(text)[axis]).toBeCloseTo(score, 6));

  test('repetition: lines', () => {
    const lines = (again: number) =>
      [...Array(10).keys()].map((at) =>
        at < 10 - again ? `def f${'abcdefghij'[at]}(x): return x` : 'def fa(x): return x',
      );
    // One line in ten stands there twice: a tenth of the characters.
    expect(scoreText(lines(1).join('\n')).kind).toBe('code');
    expect(scoresOf(lines(1).join('\n')).repetition).toBeCloseTo(2.5, 6);
    expect(scoresOf(lines(2).join('\n')).repetition).toBeCloseTo(0, 6);
    expect(scoresOf(lines(0).join('\n')).repetition).toBe(5);
  });
});

test('good prose is above 4 everywhere', () => {
  const scores = scoresOf(prose);
  for (const axis of heuristicAxes) expect([axis, scores[axis]! > 4]).toEqual([axis, true]);
});

test.each([
  ['repetition', `${prose}\n${prose.slice(0, 300)}\n${prose.slice(0, 300)}`],
  ['symbols', prose.replace(/\w+/g, '$& #')],
  ['lineEnds', prose.replace(/[.?"]+$/gm, ' and')],
  ['lists', prose.replace(/ /g, '\n')],
  ['stopWords', prose.replace(/\b(the|be|to|of|and|that|have|with)\b/gi, 'for')],
  [
    'boilerplate',
    `${prose} This site uses cookies. By going on you agree to our terms of use and privacy policy. Lorem ipsum dolor.`,
  ],
  ['length', prose.slice(0, 119)],
])('spoilt prose is under 3.5 by %s, and under what it was', (axis, spoilt) => {
  expect(scoresOf(spoilt)[axis]!).toBeLessThan(3.5);
  expect(scoresOf(spoilt)[axis]!).toBeLessThan(scoresOf(prose)[axis]!);
});

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom('the', 'of', '# ', '...', '\n', '\n\n', '{', '漢字', 'le', '42', 'javascript', ';', '- ', '"'),
    )
    .map((parts) => parts.join(' ')),
);

test('scores are from 0 to 5, and NaN exactly on axes that the kind is not judged by', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const { kind, scores } = scoreText(text);
      expect(documentKinds).toContain(kind);
      scores.forEach((score, at) => {
        if (axesOf(kind).includes(heuristicAxes[at]!)) expect(score >= 0 && score <= 5).toBe(true);
        else expect(score).toBeNaN();
      });
    }),
    { numRuns: 1000 },
  );
});

test('whatever its language, what is said again and again scores lower', () => {
  const russian = 'Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.';
  const chinese = '道可道，非常道。名可名，非常名。无名天地之始；有名万物之母。故常无欲，以观其妙；常有欲，以观其徼。';
  const code = 'export function total(sizes: number[]) {\n  return sizes.length;\n}\nconst a = total([1]);\n';
  fc.assert(
    fc.property(fc.constantFrom(prose, russian, chinese, code), fc.integer({ min: 1, max: 12 }), (text, times) => {
      const [once, again] = [text, `${text}\n${`${text}\n`.repeat(times)}`].map((all) => scoresOf(all).repetition!);
      expect(again).toBeLessThan(once!);
      expect(again).toBe(0);
    }),
  );
});

test('code, data and other languages are judged by repetition alone', () => {
  for (const kind of documentKinds) expect(axesOf(kind)).toEqual(kind === 'english' ? heuristicAxes : ['repetition']);
});
