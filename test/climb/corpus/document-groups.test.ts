import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { DocumentGroups } from '../../../climb/corpus/document-groups.ts';

test('the first of a group is the lowest that links lead to', () => {
  const document = fc.integer({ min: 0, max: 29 });
  fc.assert(
    fc.property(fc.array(fc.tuple(document, document), { maxLength: 60 }), (links) => {
      const groups = new DocumentGroups(30);
      for (const [a, b] of links) groups.link(a, b);
      // By spreading the lowest number along the links until nothing changes.
      const lowest = Array.from({ length: 30 }, (_, at) => at);
      for (let round = 0; round < 30; round++) {
        for (const [a, b] of links) lowest[a] = lowest[b] = Math.min(lowest[a]!, lowest[b]!);
      }
      expect(lowest.map((_, at) => groups.first(at))).toEqual(lowest);
    }),
  );
});
