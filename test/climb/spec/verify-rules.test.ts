import { describe, expect, test } from '@jest/globals';
import { InvalidInput } from '../../../climb/problem.ts';
import { efficiencyTrainings, regmixTrainings } from '../../../climb/spec/baseline-work.ts';
import { fixedTrainings, planSearch, workOf } from '../../../climb/spec/plan.ts';
import type { SearchSpec } from '../../../climb/spec/search-file.ts';
import { parseSearchFile } from '../../../climb/spec/search-rules.ts';
import { leastRegmixProxies } from '../../../climb/spec/verify-defaults.ts';
import { now } from '../made-search.ts';

const shortest = { version: 1, corpus: { path: 'corpus' }, budget: { proxies: 24 } };

function specOf(changes: object): SearchSpec {
  return parseSearchFile({ ...shortest, ...changes }, now);
}

function problemsOf(changes: object): string[] {
  try {
    specOf(changes);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

const baselinesOf = (changes: object) => specOf(changes).verify.baselines;
const inAccuracy = { tasks: [{ name: 'piqa', metric: 'accuracy' }] };

describe('the n-gram optimum', () => {
  test('stands among the baselines by default, where the search has n-gram models', () => {
    expect(baselinesOf({})).toEqual(['uniform', 'proportional', 'ngram']);
    expect(baselinesOf({ search: { ngram: false } })).toEqual(['uniform', 'proportional']);
    expect(baselinesOf({ search: { preset: 'paper' } })).toEqual(['uniform', 'proportional']);
    expect(baselinesOf(inAccuracy)).toEqual(['uniform', 'proportional']);
  });

  test('is reserved like the others', () => {
    expect(planSearch(specOf({})).verifyProxies).toBe(10);
  });

  test.each([
    [inAccuracy, 'these know bits per byte alone, and "piqa" is measured by accuracy'],
    [{ search: { ngram: false } }, 'the search has none (search.ngram is false)'],
    [{ search: { preset: 'paper' } }, 'the search has none (search.ngram is off in the preset "paper")'],
  ])('that is asked for where there is none is refused: %j', (changes, message) => {
    const [problem] = problemsOf({ ...changes, budget: { proxies: 240 }, verify: { baselines: ['ngram'] } });
    expect(problem).toContain(`verify.baselines: "ngram" is the optimum of n-gram models, but ${message}`);
  });

  test('a spec is a file of its own', () => {
    for (const changes of [{}, { search: { ngram: false } }, inAccuracy]) {
      expect(parseSearchFile(specOf(changes), now)).toEqual(specOf(changes));
    }
  });
});

describe('RegMix', () => {
  const withRegmix = (proxies: number, verify: object = {}) => ({
    budget: { proxies },
    verify: { baselines: ['uniform', 'proportional', 'regmix'], ...verify },
  });

  test('gets as many proxies as the search trains, all within the budget', () => {
    for (const proxies of [112, 150, 301]) {
      const spec = specOf(withRegmix(proxies));
      const { searchProxies } = planSearch(spec);
      const own = spec.verify.regmixProxies as number;
      expect(Math.abs(own - searchProxies)).toBeLessThanOrEqual(4);
      expect(workOf(fixedTrainings(spec)).proxies + searchProxies).toBeLessThanOrEqual(proxies);
      expect(regmixTrainings(spec)).toMatchObject([{ proxies: own, shape: { tokens: 499_712 } }]);
    }
  });

  test('gets no more than one batch can hand on to the next history of a search', () => {
    expect(specOf(withRegmix(100_000)).verify.regmixProxies).toBe(10_000);
    expect(problemsOf(withRegmix(100_000, { regmixProxies: 10_000 }))).toEqual([]);
    expect(problemsOf(withRegmix(100_000, { regmixProxies: 10_001 }))).toEqual([
      expect.stringMatching(/^verify.regmixProxies: at most 10000 can be trained, got 10001: they are one batch/),
    ]);
    const era = { boundedBatch: false };
    const before = (verify: object) => parseSearchFile({ ...shortest, ...withRegmix(100_000, verify) }, now, era);
    expect(before({}).verify.regmixProxies).toBeGreaterThan(40_000);
    expect(before({ regmixProxies: 20_000 }).verify.regmixProxies).toBe(20_000);
  });

  test('no batch of the search itself can be so large', () => {
    for (const search of [{ first: 2001 }, { batch: 2001 }, { schedule: [2001] }]) {
      expect(problemsOf({ budget: { proxies: 100_000 }, search })[0]).toContain(
        'Too big: expected number to be <=2000',
      );
    }
  });

  test('gets as many as a fixed schedule has, too', () => {
    const spec = specOf({ ...withRegmix(400), search: { schedule: [30, 20] } });
    expect(spec.verify.regmixProxies).toBe(50);
    expect(planSearch(spec).searchProxies).toBe(50);
  });

  test('a spec is a file of its own', () => {
    const spec = specOf(withRegmix(112));
    expect(parseSearchFile(spec, now)).toEqual(spec);
  });

  test('costs nothing where it is not asked for', () => {
    expect(specOf({}).verify.regmixProxies).toBeUndefined();
    expect(regmixTrainings(specOf({}))).toEqual([]);
  });

  test('of fewer runs than its trees can split is refused, and of none asked for', () => {
    expect(problemsOf(withRegmix(112, { regmixProxies: 43 }))).toEqual([
      'verify.regmixProxies: at least 44 are needed, got 43: RegMix keeps a tenth aside and 20 runs a leaf, and fewer can\'t be split; raise it, or leave "regmix" out',
    ]);
    expect(problemsOf({ verify: { regmixProxies: 40 } })[0]).toContain('got 40, but "regmix" isn\'t among');
  });

  test('of as few as an earlier version began with goes on', () => {
    const file = { ...shortest, ...withRegmix(112, { regmixProxies: 40 }) };
    expect(parseSearchFile(file, now, { regmixHoldout: false }).verify.regmixProxies).toBe(40);
    expect(() => parseSearchFile(file, now)).toThrow(/at least 44 are needed, got 40/);
  });

  test('of the least leaves two leaves of 20 beside the tenth that is kept aside, of one fewer it does not', () => {
    const learnt = (runs: number) => runs - Math.round(0.1 * runs);
    expect(learnt(leastRegmixProxies)).toBeGreaterThanOrEqual(40);
    expect(learnt(leastRegmixProxies - 1)).toBeLessThan(40);
  });

  test('that the budget does not reach for is refused with what is needed', () => {
    expect(problemsOf(withRegmix(50))[0]).toContain(
      "at least 62 are needed, got 50: 8 for the first batch and 10 for verification ((2 candidates + 3 baselines) × 2 seeds), and 44 proxies of RegMix's search",
    );
  });
});

describe('efficiency', () => {
  const at = (...efficiency: number[]) => ({ verify: { efficiency }, budget: { proxies: 40 } });

  test('is reserved: one arm at each length with every seed', () => {
    const spec = specOf(at(0.25, 0.5));
    expect(efficiencyTrainings(spec).map(({ proxies, shape }) => [proxies, shape.tokens])).toEqual([
      [2, 124_928],
      [2, 249_856],
    ]);
    expect(workOf(fixedTrainings(spec)).proxies).toBe(10 + 4);
    expect(efficiencyTrainings(specOf({}))).toEqual([]);
  });

  test.each([
    ['descending', at(0.5, 0.25), 'verify.efficiency.1: 249856 and then 124928 tokens in whole steps'],
    ['twice the same', at(0.5, 0.5), 'verify.efficiency.1: 249856 and then 249856 tokens'],
    ['as long as the proxy', { ...at(0.5), proxy: { tokens: 2048 } }, 'verify.efficiency.0: 2048 and then 2048 tokens'],
  ])('%s is refused', (_, changes, message) => {
    expect(problemsOf(changes)[0]).toContain(message);
  });

  test('needs the proportional mixture', () => {
    const [problem] = problemsOf({ verify: { efficiency: [0.5], baselines: ['uniform'] } });
    expect(problem).toContain('it asks when the recipe reaches the proportional mixture');
  });
});
