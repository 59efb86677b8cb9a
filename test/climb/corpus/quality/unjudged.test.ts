import { expect, test } from '@jest/globals';
import { heuristicAxes } from '../../../../climb/corpus/quality/heuristic-axes.ts';
import { unjudgedAxes, unjudgedKinds } from '../../../../climb/corpus/quality/unjudged.ts';

test('kinds that rules of English prose leave out are named with the rules', () => {
  expect(unjudgedKinds({ english: 9 })).toBeUndefined();
  expect(unjudgedKinds({})).toBeUndefined();
  const sentence = unjudgedKinds({ english: 9, code: 2, 'other-language': 1 });
  expect(sentence).toMatch(/^code and other languages are not judged by length, .* and boilerplate: /);
  expect(heuristicAxes.filter((axis) => !sentence!.includes(axis))).toEqual(['repetition']);
  expect(unjudgedKinds({ code: 1, data: 0 })).toMatch(/^code is not judged by /);
});

test('a cluster says what it is not judged by, and what it holds', () => {
  const quality = { stopWords: { mean: 4, documents: 16 }, repetition: { mean: 3, documents: 100 } };
  expect(unjudgedAxes(quality, 100, { english: 16, code: 80, 'other-language': 4 })).toBe(
    'not judged by stopWords: 4 of 100 documents are in other languages, 80 of 100 documents are code',
  );
  expect(unjudgedAxes(quality, 100)).toBe('not judged by stopWords: they apply to less than half of its documents');
  expect(unjudgedAxes(quality, 32)).toBeUndefined();
});
