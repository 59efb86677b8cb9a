import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { derivedSeed, shuffled, stream } from '../../climb/random.ts';

const path = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat()), { maxLength: 4 });
const seed = fc.nat(Number.MAX_SAFE_INTEGER);

test('the first draws of seed 7 are fixed for ever: recipes follow from them', () => {
  const draws = stream(7, ['sample', 1, 0]);
  expect([draws.uniform(), draws.uniform(), draws.normal(), draws.integer(10), draws.integer(1000)]).toEqual([
    0.5977870797518151, 0.42004325068085724, -1.6266688868011128, 7, 873,
  ]);
  expect(derivedSeed(7, ['search', 'weights'])).toBe(1048260217);
  expect(derivedSeed(7, ['search', 'data'])).toBe(1937314382);
  expect(shuffled([...'abcdefgh'], stream(7, ['shuffle'])).join('')).toBe('fbgcdeha');
});

test('the first draws of small seeds are uniform (a generator seeded with them directly gives only > .99998)', () => {
  const counts = Array<number>(10).fill(0);
  for (let seed = 0; seed < 1000; seed++) {
    const bin = Math.floor(stream(seed, ['first']).uniform() * 10);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
  expect(chiSquare).toBeLessThan(21.7); // the 99 % point of 9 degrees of freedom
});

test('a stream is a function of its seed and path alone, whatever is drawn elsewhere', () => {
  fc.assert(
    fc.property(seed, path, path, (seed, here, elsewhere) => {
      const alone = stream(seed, here);
      const expected = [alone.uniform(), alone.normal(), alone.integer(100)];
      const other = stream(seed, elsewhere);
      const beside = stream(seed, here);
      const seen: number[] = [];
      other.uniform();
      seen.push(beside.uniform());
      other.normal();
      seen.push(beside.normal(), beside.integer(100));
      expect(seen).toEqual(expected);
    }),
  );
});

test('paths that read alike are different paths', () => {
  const paths = [[1, 2], [12], ['1', 2], ['1,2'], ['1', '2'], [], [1], [2, 1]];
  const firsts = [7, 71].flatMap((seed) => paths.map((path) => stream(seed, path).uniform()));
  expect(new Set(firsts).size).toBe(firsts.length);
});

test('uniform draws lie in [0, 1), integers below their bound, derived seeds in 31 bits', () => {
  fc.assert(
    fc.property(seed, path, fc.integer({ min: 1, max: 2 ** 31 }), (seed, path, n) => {
      const draws = stream(seed, path);
      const uniform = draws.uniform();
      expect(uniform >= 0 && uniform < 1).toBe(true);
      const integer = draws.integer(n);
      expect(Number.isInteger(integer) && integer >= 0 && integer < n).toBe(true);
      expect(derivedSeed(seed, path)).toBeLessThan(2 ** 31);
    }),
  );
});

test('normal draws have mean 0, variance 1 and no third moment', () => {
  const draws = stream(7, ['normal']);
  const values = Array.from({ length: 20_000 }, () => draws.normal());
  const moment = (k: number) => values.reduce((sum, value) => sum + value ** k, 0) / values.length;
  expect(Math.abs(moment(1))).toBeLessThan(0.03);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.05);
  expect(Math.abs(moment(3))).toBeLessThan(0.1);
});

test('shuffling keeps every item and leaves the original alone; each of the six orders of three comes as often', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), seed, (items, seed) => {
      const before = [...items];
      const after = shuffled(items, stream(seed, []));
      expect(items).toEqual(before);
      expect([...after].sort()).toEqual([...items].sort());
    }),
  );
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 1200; seed++) {
    const order = shuffled(['a', 'b', 'c'], stream(seed, ['shuffle'])).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  expect([...counts.values()].reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)).toBeLessThan(15.1); // 99 %, 5 df
});
