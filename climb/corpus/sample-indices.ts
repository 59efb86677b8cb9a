import type { Stream } from '../random.ts';

/**
 * `count` of the integers 0 … total − 1 without repetition, ascending, every subset equally likely (selection
 * sampling, Knuth vol. 2, 3.4.2 S); all of them when there are no more than `count`.
 */
export function sampleIndices(total: number, count: number, draws: Stream): Uint32Array {
  if (count >= total) return Uint32Array.from({ length: total }, (_, i) => i);
  const chosen = new Uint32Array(count);
  for (let i = 0, have = 0; have < count; i++) {
    if (draws.uniform() * (total - i) < count - have) chosen[have++] = i;
  }
  return chosen;
}
