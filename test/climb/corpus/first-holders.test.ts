import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { FirstHolders } from '../../../climb/corpus/first-holders.ts';

test('finds the first holder of every key, as a Map does', () => {
  // Few values, so that keys return, share words, and crowd in the same places.
  const key = fc.tuple(...Array.from({ length: 4 }, () => fc.constantFrom(0, 1, 7, 0xffffffff)));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), (keys) => {
      const holders = new FirstHolders(keys.length, 4);
      const known = new Map<string, number>();
      for (const [document, words] of keys.entries()) {
        const name = words.join();
        if (!known.has(name)) known.set(name, document);
        expect(holders.add(Uint32Array.from([9, ...words]), 1, document)).toBe(known.get(name));
      }
    }),
  );
});

test('forgets everything when it is cleared', () => {
  const holders = new FirstHolders(10, 2);
  holders.add(Uint32Array.of(1, 2), 0, 5);
  holders.clear();
  expect(holders.add(Uint32Array.of(1, 2), 0, 8)).toBe(8);
});
