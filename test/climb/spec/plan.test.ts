import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { affordableIterations, planSearch, proxiesIn, verificationProxies } from '../../../climb/spec/plan.ts';
import { specOf } from '../made-search.ts';

test('24 proxies are a first batch of 8, two batches of 4, and verification of 4 arms with 2 seeds', () => {
  expect(planSearch(specOf())).toEqual({ searchProxies: 16, verifyProxies: 8, iterations: 3, proxyTokens: 499_712 });
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
