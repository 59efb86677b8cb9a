import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, contentKey, digest } from '../../climb/content-key.ts';

test('the key of a value is fixed for ever: a changed one would lose every result that was paid for', () => {
  const value = { b: 1, a: [1e21, 0.1, -0, 'é\n'] };
  expect(canonicalJson(value)).toBe('{"a":[1e+21,0.1,0,"é\\n"],"b":1}');
  expect(contentKey(value)).toBe('490723cae1f1e029c5ba68bc84b2225b0deb75524f8c821785cf105356efe66e');
});

test('equal values have equal keys whatever the order of their fields, and the text reads back as the value', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { noNullPrototype: true }), (value) => {
      const backwards = Object.fromEntries(Object.entries(value).reverse());
      expect(contentKey(backwards)).toBe(contentKey(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the digest is SHA-256, of text as UTF-8 and of bytes as they are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const expected = createHash('sha256').update(text, 'utf8').digest('hex');
      expect(digest(text)).toBe(expected);
      expect(digest(new TextEncoder().encode(text))).toBe(expected);
    }),
  );
});

test.each([
  ['nothing', undefined, 'not a JSON value: got undefined'],
  ['a function', () => 1, 'not a JSON value: got function'],
  ['NaN in a field', { loss: NaN }, 'NaN'],
  ['Infinity in a list', [1, Infinity], 'Infinity'],
  ['half a surrogate pair', { label: '\ud800' }, 'surrogate'],
])('%s has no key', (_, value, message) => {
  expect(() => contentKey(value)).toThrow(message);
});

test('an undefined field counts as left out', () => {
  expect(contentKey({ a: 1, b: undefined })).toBe(contentKey({ a: 1 }));
});
