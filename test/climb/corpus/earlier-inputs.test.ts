import { expect, test } from '@jest/globals';
import { mergeRulesFrom, readingFrom } from '../../../climb/corpus/earlier-inputs.ts';
import { sourcesOf } from '../../../climb/corpus/reading.ts';
import { specOf } from '../made-search.ts';

test('a search begun before 0.2.0 reads its corpus as it did', () => {
  const before = { path: 'corpus', format: 'auto', textField: 'body', labelField: 'domain', strict: true };
  const [source] = sourcesOf(readingFrom(before as never));
  expect(source).toMatchObject({ path: 'corpus', name: null });
  expect(source?.rules).toMatchObject({
    textFields: ['body'],
    labelField: 'domain',
    heldOut: 0,
    nearDuplicates: false,
  });
  expect(source?.rules.maxCharacters).toBe(Number.MAX_SAFE_INTEGER);
});

test('and merges as it did', () => {
  expect(mergeRulesFrom({ target: 4, minimumTokens: 10 })).toEqual({
    method: 'ward',
    target: 4,
    threshold: null,
    weighted: false,
    minimumTokens: 10,
  });
});

test('what a search of today says is left as it is', () => {
  const { corpus, clusters, embedding } = specOf();
  const reading = { corpus, clusters, embedding };
  expect(readingFrom(reading)).toBe(reading);
  const merge = { method: 'centroid', target: null, threshold: 1, weighted: true, uniformTokens: 5 } as const;
  expect(mergeRulesFrom(merge)).toBe(merge);
});
