import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  affordableIterations,
  batchSize,
  fixedTrainings,
  iterationsWithin,
  planSearch,
  proxiesIn,
  scaledSizes,
  scheduleOf,
  verificationProxies,
  workOf,
} from '../../../climb/spec/plan.ts';
import type { SearchFile } from '../../../climb/spec/search-file.ts';
import { specOf } from '../made-search.ts';

test('24 proxies are a first batch of 8, two batches of 4, and verification of 4 arms with 2 seeds', () => {
  expect(planSearch(specOf())).toEqual({
    searchProxies: 16,
    verifyProxies: 8,
    iterations: 3,
    proxyTokens: 499_712,
    trunk: { proxies: 0, tokens: 0 },
    ladder: { proxies: 0, tokens: 0 },
  });
});

const withBoth = {
  proxy: { warmStart: { tokens: 4_997_120 } },
  target: { tokens: 2e10 },
  verify: { ladder: [{ width: 64, layers: 4, tokens: 999_424 }] },
};

test('trunk and ladder are paid for before any iteration', () => {
  const fixed = { trunk: { proxies: 1, tokens: 4_997_120 }, ladder: { proxies: 8, tokens: 8 * 999_424 } };
  expect(planSearch(specOf({ ...withBoth, budget: { proxies: 33 } }))).toMatchObject({ ...fixed, iterations: 3 });
  const tokens = 4_997_120 + 8 * 999_424 + 24 * 499_712;
  const limited = (trainTokens: number) =>
    planSearch(specOf({ ...withBoth, budget: { proxies: 100, trainTokens } })).iterations;
  expect([limited(tokens), limited(tokens - 1)]).toEqual([3, 2]);
});

test('a checkpoint that is there costs nothing', () => {
  const spec = specOf({ proxy: { warmStart: { checkpoint: 'a.safetensors', tokenizer: 'tokenizer.json' } } });
  expect(planSearch(spec)).toMatchObject({ trunk: { proxies: 0, tokens: 0 }, iterations: 3 });
});

test('all that a plan trains fits into its budget, of proxies and of tokens', () => {
  const rung = fc.record({ width: fc.constantFrom(96, 128, 256), layers: fc.integer({ min: 1, max: 8 }) });
  const files = fc.record({
    proxies: fc.integer({ min: 100, max: 2000 }),
    trainTokens: fc.integer({ min: 1e9, max: 1e11 }),
    trunk: fc.integer({ min: 10_000, max: 1e8 }),
    ladder: fc.uniqueArray(rung, { minLength: 1, maxLength: 3, selector: ({ width, layers }) => `${width} ${layers}` }),
  });
  fc.assert(
    fc.property(files, ({ proxies, trainTokens, trunk, ladder }) => {
      const { search, budget, proxy, verify } = specOf();
      const schedule = scheduleOf({ search, budget, proxy, verify });
      const spec = {
        search,
        budget,
        proxy: { ...proxy, warmStart: { tokens: trunk } },
        verify: { ...verify, ladder },
        target: { tokens: 2e10 },
      };
      const iterations = iterationsWithin(spec, { proxies, trainTokens });
      const fixed = workOf(fixedTrainings(spec));
      const [now, next] = [iterations, iterations + 1].map((n) => proxiesIn(schedule, n)) as [number, number];
      const fits = (searched: number) =>
        fixed.proxies + searched <= proxies && fixed.tokens + searched * 499_712 <= trainTokens;
      expect([iterations === 0 || fits(now), fits(next)]).toEqual([true, false]);
    }),
  );
});

test('tokens limit the plan as proxies do', () => {
  const tokens = (proxies: number) => specOf({ budget: { proxies: 24, trainTokens: proxies * 499_712 } });
  expect(planSearch(tokens(24)).iterations).toBe(3);
  expect(planSearch(tokens(23)).iterations).toBe(2);
  expect(planSearch(tokens(16)).iterations).toBe(1);
});

test('a limit on iterations leaves proxies unspent', () => {
  const spec = specOf({ search: { iterations: 1 } });
  expect(planSearch(spec)).toMatchObject({ searchProxies: 8, iterations: 1 });
});

test('a plan never costs more than the budget, and one more iteration would', () => {
  const sizes = fc.record({
    proxies: fc.integer({ min: 1, max: 5000 }),
    first: fc.integer({ min: 2, max: 200 }),
    batch: fc.integer({ min: 1, max: 200 }),
    candidates: fc.integer({ min: 1, max: 16 }),
    seeds: fc.integer({ min: 2, max: 8 }),
  });
  const { budget, search, verify, proxy } = specOf();
  fc.assert(
    fc.property(sizes, ({ proxies, first, batch, candidates, seeds }) => {
      const sized = { ...search, first, batch };
      const spec = {
        budget: { ...budget, proxies },
        search: sized,
        verify: { ...verify, candidates, seeds },
        proxy,
      };
      const plan = planSearch(spec);
      const schedule = scheduleOf(spec);
      expect(plan.verifyProxies).toBe((candidates + 2) * seeds);
      expect(plan.searchProxies).toBe(proxiesIn(schedule, plan.iterations));
      if (plan.iterations > 0) expect(plan.searchProxies + plan.verifyProxies).toBeLessThanOrEqual(proxies);
      expect(proxiesIn(schedule, plan.iterations + 1) + plan.verifyProxies).toBeGreaterThan(proxies);
    }),
  );
});

test('iterations and proxies convert into one another', () => {
  const { verify } = specOf();
  const schedule = { sizes: [8], then: 4 };
  expect([0, 7, 8, 11, 12, 16].map((proxies) => affordableIterations(schedule, proxies))).toEqual([0, 0, 1, 1, 2, 3]);
  expect([0, 1, 2, 3].map((iterations) => proxiesIn(schedule, iterations))).toEqual([0, 8, 12, 16]);
  expect(affordableIterations(schedule, -5)).toBe(0);
  expect(verificationProxies({ ...verify, candidates: 3, seeds: 5, baselines: ['uniform'] })).toBe(20);
});

describe('a schedule', () => {
  const planOf = (search: NonNullable<SearchFile['search']>, proxies: number) => {
    const spec = specOf({ search, budget: { proxies } });
    return { ...planSearch(spec), sizes: scheduleOf(spec).sizes };
  };

  test('of the paper is 64, 32 and 16, and no more however much the budget holds', () => {
    expect(planOf({ preset: 'paper' }, 120)).toMatchObject({ sizes: [64, 32, 16], searchProxies: 112, iterations: 3 });
    expect(planOf({ preset: 'nemo-recipe' }, 500)).toMatchObject({ searchProxies: 112, iterations: 3 });
  });

  test('of the paper shrinks with the budget at 4 : 2 : 1, verification reserved first', () => {
    expect(planOf({ preset: 'paper' }, 64)).toMatchObject({ sizes: [32, 16, 8], verifyProxies: 8 });
    expect(planOf({ preset: 'paper' }, 72)).toMatchObject({ sizes: [37, 18, 9] });
    expect(planOf({ preset: 'paper' }, 15)).toMatchObject({ sizes: [4, 2, 1] });
    expect(planOf({ preset: 'paper' }, 11)).toMatchObject({ sizes: [2, 1], iterations: 2 });
    expect(planOf({ preset: 'paper', iterations: 2 }, 56)).toMatchObject({ sizes: [32, 16], iterations: 2 });
  });

  test('that shrinks spends all of the budget, the first batch at least 2, none empty', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 2, max: 900 }),
        (sizes, proxies) => {
          const scaled = scaledSizes(sizes, proxies);
          const total = sizes.reduce((sum, size) => sum + size, 0);
          expect(scaled.reduce((sum, size) => sum + size, 0)).toBe(Math.min(total, proxies));
          expect(Math.min(...scaled)).toBeGreaterThan(0);
          if (proxies < total) expect(scaled[0]).toBeGreaterThan(1);
        },
      ),
    );
  });

  test('of the file is taken as it is and ends the search', () => {
    const plan = planOf({ schedule: [10, 3, 3] }, 100);
    expect(plan).toMatchObject({ sizes: [10, 3, 3], searchProxies: 16, iterations: 3 });
    expect([1, 2, 3, 4].map((iteration) => batchSize({ sizes: plan.sizes, then: 0 }, iteration))).toEqual([
      10, 3, 3, 0,
    ]);
  });

  test('has a first batch of 8, or a quarter of the others where only those are given', () => {
    expect(planOf({ batch: 16 }, 56)).toMatchObject({ sizes: [8], iterations: 3 });
    expect(planOf({ batch: 64 }, 92)).toMatchObject({ sizes: [16], iterations: 2 });
    expect(planOf({ batch: 2 }, 24)).toMatchObject({ sizes: [8], iterations: 5 });
    expect(planOf({ preset: 'paper', first: 16 }, 32)).toMatchObject({ sizes: [16], iterations: 3 });
  });
});
