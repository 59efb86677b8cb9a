import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { splitText } from '../../../climb/corpus/document-split.ts';

describe('a long text', () => {
  test('is cut behind a paragraph, else a line, else a space, else anywhere', () => {
    expect(splitText('aaaa bbbb\n\ncc dd ee', 14)).toEqual(['aaaa bbbb\n\n', 'cc dd ee']);
    expect(splitText('aaaa bbbb\ncc dd ee', 14)).toEqual(['aaaa bbbb\n', 'cc dd ee']);
    expect(splitText('aaaa bbbb cc dd ee', 14)).toEqual(['aaaa bbbb cc ', 'dd ee']);
    expect(splitText('aaaabbbbccddee', 5)).toEqual(['aaaab', 'bbbcc', 'ddee']);
  });

  test('a paragraph at the very beginning makes no tiny piece', () => {
    expect(splitText('a\n\nbbbb cccc dddd', 12)).toEqual(['a\n\nbbbb ', 'cccc dddd']);
  });

  test('what fits is left alone', () => {
    expect(splitText('a\n\nb', 4)).toEqual(['a\n\nb']);
  });

  test('no surrogate pair is torn', () => {
    expect(splitText('a😀😀', 4)).toEqual(['a😀', '😀']);
  });

  test('the pieces are the whole, each under the cap, none broken', () => {
    const texts = fc.array(fc.constantFrom('word', ' ', '\n', '\n\n', '😀', 'é', 'x'.repeat(30)), { maxLength: 200 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 60 }), (parts, most) => {
        const text = parts.join('');
        const pieces = splitText(text, most);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(most);
          expect(piece).not.toMatch(/\p{Surrogate}/u);
        }
        if (text !== '') expect(pieces).not.toContain('');
      }),
    );
  });
});
