import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { repetitionCaps } from '../../../climb/mixture/constraints.ts';
import { flooredPools, poolsOf } from '../../../climb/mixture/pools.ts';
import { proxyShape } from '../../../climb/spec/proxy-shape.ts';
import { specOf } from '../made-search.ts';

const at = (target?: number, changes: object = {}) =>
  specOf({ target: target === undefined ? {} : { tokens: target }, ...changes });
const shapeOf = (spec: ReturnType<typeof specOf>) => proxyShape(spec.proxy);
const clusterOf = (tokens: number, cluster = 'c0000') => ({ cluster, tokens }) as never;

/** As trainer/climb_trainer/order.py rounds it. */
function poolChunks(tokens: number, context: number, share: number, batch: number): number {
  const chunks = Math.max(0, Math.floor((tokens - 1) / context));
  return Math.min(chunks, Math.max(batch, Math.round(share * chunks)));
}

describe('the pools', () => {
  test('are all there is where a proxy is as long as the target run, or none is named', () => {
    for (const spec of [at(), at(499_712)])
      expect(poolsOf(spec, shapeOf(spec))).toEqual({ poolShare: 1, maxEpochs: 4 });
  });

  test('are the part of each cluster that a proxy is of the target run', () => {
    const spec = at(100 * 499_712);
    expect(poolsOf(spec, shapeOf(spec)).poolShare).toBeCloseTo(0.01, 15);
  });

  test('of a proxy longer than the target run are whole, and its cap on repetition that much wider', () => {
    const spec = at(499_712 / 4);
    expect(poolsOf(spec, shapeOf(spec))).toEqual({ poolShare: 1, maxEpochs: 16 });
  });
});

const runs = fc.record({
  target: fc.integer({ min: 500_000, max: 1e12 }),
  cluster: fc.integer({ min: 3000, max: 1e10 }),
  batch: fc.integer({ min: 1, max: 64 }),
  maxEpochs: fc.double({ min: 0.5, max: 1000, noNaN: true }),
});

test('epochs of a proxy over its pool are those of the target run over the cluster, where no floor bites', () => {
  fc.assert(
    fc.property(runs, fc.double({ min: 0, max: 1, noNaN: true }), ({ target, cluster, batch }, weight) => {
      const spec = at(target, { proxy: { batch } });
      const shape = shapeOf(spec);
      const { context } = shape.model;
      const pools = poolsOf(spec, shape);
      fc.pre(flooredPools({ clusters: [clusterOf(cluster)] }, shape, pools).length === 0);
      expect((weight * shape.tokens) / (pools.poolShare * cluster)).toBeCloseTo((weight * target) / cluster, 9);
      // In whole chunks, rounding takes or adds at most so much of a pool.
      const pool = poolChunks(cluster, context, pools.poolShare, batch) * context;
      expect(Math.abs(pool / (pools.poolShare * cluster) - 1)).toBeLessThanOrEqual(1.5 / batch);
    }),
  );
});

test('a mixture at its cap never breaks the cap of the trainer, floors or not', () => {
  fc.assert(
    fc.property(runs, ({ target, cluster, batch, maxEpochs }) => {
      const spec = at(target, { proxy: { batch }, constraints: { maxEpochs } });
      const shape = shapeOf(spec);
      const { context } = shape.model;
      const pools = poolsOf(spec, shape);
      const [weight] = repetitionCaps({ clusterTokens: [cluster], targetTokens: target, maxEpochs }) as [number];
      const pool = poolChunks(cluster, context, pools.poolShare, batch);
      const whole = pool === Math.floor((cluster - 1) / context);
      // trainer/climb_trainer/shards.py: the whole cluster counts its last tokens, and a batch more is tolerated.
      const allowed = pools.maxEpochs * (whole ? cluster : pool * context) + Math.max(batch, 2) * context;
      expect(weight * shape.tokens).toBeLessThanOrEqual(allowed);
    }),
  );
});

test('a cluster whose share is under a batch is named, with what is read instead', () => {
  const spec = at(1000 * 499_712);
  const shape = shapeOf(spec); // a batch is 2048 tokens
  const clusters = [clusterOf(2_048_000, 'c0000'), clusterOf(2_000_000, 'c0001'), clusterOf(1500, 'c0002')];
  expect(flooredPools({ clusters }, shape, { poolShare: 0.001 })).toEqual([
    { cluster: 'c0001', faithful: 2000, floor: 2048 },
    { cluster: 'c0002', faithful: 1.5, floor: 1500 },
  ]);
  expect(flooredPools({ clusters }, shape, { poolShare: 1 })).toEqual([]);
});
