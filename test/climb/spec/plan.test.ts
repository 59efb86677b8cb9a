import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  affordableIterations,
  fixedTrainings,
  iterationsWithin,
  planSearch,
  proxiesIn,
  verificationProxies,
  workOf,
} from '../../../climb/spec/plan.ts';
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
      const { search, proxy, verify } = specOf();
      const spec = {
        search,
        proxy: { ...proxy, warmStart: { tokens: trunk } },
        verify: { ...verify, ladder },
        target: { tokens: 2e10 },
      };
      const iterations = iterationsWithin(spec, { proxies, trainTokens });
      const fixed = workOf(fixedTrainings(spec));
      const [now, next] = [iterations, iterations + 1].map((n) => proxiesIn(search, n)) as [number, number];
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
      const plan = planSearch({
        budget: { ...budget, proxies },
        search: sized,
        verify: { ...verify, candidates, seeds },
        proxy,
      });
      expect(plan.verifyProxies).toBe((candidates + 2) * seeds);
      expect(plan.searchProxies).toBe(proxiesIn(sized, plan.iterations));
      if (plan.iterations > 0) expect(plan.searchProxies + plan.verifyProxies).toBeLessThanOrEqual(proxies);
      expect(proxiesIn(sized, plan.iterations + 1) + plan.verifyProxies).toBeGreaterThan(proxies);
    }),
  );
});

test('iterations and proxies convert into one another', () => {
  const { search, verify } = specOf();
  expect([0, 7, 8, 11, 12, 16].map((proxies) => affordableIterations(search, proxies))).toEqual([0, 0, 1, 1, 2, 3]);
  expect([0, 1, 2, 3].map((iterations) => proxiesIn(search, iterations))).toEqual([0, 8, 12, 16]);
  expect(affordableIterations(search, -5)).toBe(0);
  expect(verificationProxies({ ...verify, candidates: 3, seeds: 5, baselines: ['uniform'] })).toBe(20);
});
