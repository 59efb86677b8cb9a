import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonHazards } from '../../climb/json-hazards.ts';

test('a key __proto__ is found wherever it stands', () => {
  const value: unknown = JSON.parse('{"bounds":{"__proto__":{"lower":0.5},"a":[{"__proto__":1}]}}');
  expect(jsonHazards(value).map(({ path }) => path)).toEqual(['bounds.__proto__', 'bounds.a.0.__proto__']);
});

test('half a surrogate pair is found in text and in keys, a whole pair is text', () => {
  const found = jsonHazards({ path: '\ud83d', list: ['ok', 'a\udc00'], ['x\ud800']: 1, fine: '😀' });
  expect(new Set(found.map(({ path }) => path))).toEqual(new Set(['path', 'list.1', 'x\ud800']));
  expect(jsonHazards('\udfff').map(({ path }) => path)).toEqual(['(all of it)']);
});

test('depth is no hazard, and no stack ends at it', () => {
  expect(jsonHazards(JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)))).toEqual([]);
});

test('ordinary JSON has none', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__'));
      expect(jsonHazards(value)).toEqual([]);
    }),
  );
});
