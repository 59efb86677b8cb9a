import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stream } from '../../../climb/random.ts';
import { sampleIndices } from '../../../climb/corpus/sample-indices.ts';

test('as many as asked for, ascending, without repetition, within range', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(250), fc.nat(), (total, count, seed) => {
      const chosen = [...sampleIndices(total, count, stream(seed, ['sample']))];
      expect(chosen).toHaveLength(Math.min(total, count));
      expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
      expect(chosen.every((index) => index >= 0 && index < total)).toBe(true);
    }),
  );
});

test('every index is as likely as any other', () => {
  const hits = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 4000; seed++)
    for (const index of sampleIndices(10, 3, stream(seed, ['fair']))) hits[index]!++;
  // 1,200 expected, standard deviation 29.
  for (const count of hits) expect(Math.abs(count - 1200)).toBeLessThan(120);
});
