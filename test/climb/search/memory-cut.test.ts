import { expect, test } from '@jest/globals';
import { halved, type MemoryCut } from '../../../climb/search/memory-cut.ts';

test.each<[MemoryCut, MemoryCut | undefined]>([
  [
    { microBatch: 16, ensemble: 32 },
    { microBatch: 8, ensemble: 32 },
  ],
  [{ microBatch: 3 }, { microBatch: 1, ensemble: 1 }],
  [
    { microBatch: 1, ensemble: 5 },
    { microBatch: 1, ensemble: 2 },
  ],
  [{ ensemble: 2 }, { ensemble: 1 }],
  [{ microBatch: 1, ensemble: 1 }, undefined],
  [{}, undefined],
])('half of %p is %p', (cut, half) => {
  expect(halved(cut)).toEqual(half);
});

test('halving comes to an end', () => {
  let steps = 0;
  for (let cut: MemoryCut | undefined = { microBatch: 65_536, ensemble: 1024 }; cut !== undefined; cut = halved(cut))
    steps += 1;
  expect(steps).toBe(1 + 16 + 10);
});
