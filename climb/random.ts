import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { canonicalJson } from './content-key.ts';

export type Stream = {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Standard normal (Box–Muller, one of the pair is thrown away so that a draw has no memory). */
  normal(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
};

/**
 * A stream of random numbers that is a pure function of the search's seed and of where it is used, such as
 * `['sample', iteration, index]`: no draw depends on how many came before it elsewhere, or in which order.
 * The state comes from SHA-256, since small integer seeds give xoroshiro128+ strongly biased first draws.
 */
export function stream(seed: number, path: readonly (string | number)[]): Stream {
  const state = new DataView(sha256(utf8ToBytes(canonicalJson([seed, ...path]))).buffer);
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => state.getInt32(offset)));
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (n) => uniformInt(generator, 0, n - 1),
  };
}

/** Fisher–Yates: a shuffled copy. */
export function shuffled<T>(items: readonly T[], draws: Stream): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = draws.integer(i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

/** A 31-bit seed for a program that wants an integer (the trainer), derived from the search's seed and a path. */
export function derivedSeed(seed: number, path: readonly (string | number)[]): number {
  return stream(seed, path).integer(2 ** 31);
}
