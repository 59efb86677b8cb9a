import { expect, test } from '@jest/globals';
import { rungName, rungShape, sizeName } from '../../../climb/spec/ladder.ts';
import { parameters, proxyShape } from '../../../climb/spec/proxy-shape.ts';
import { specOf } from '../made-search.ts';

const { proxy } = specOf();

test('a rung is the proxy at another size: its own rate, heads of the same width, tokens by its parameters', () => {
  const shape = rungShape(proxy, { width: 128, layers: 4 });
  const own = proxyShape(proxy);
  expect(shape).toMatchObject({
    model: { width: 128, layers: 4, heads: 4, vocab: 2048, context: 128 },
    batch: 16,
    learningRate: 2e-3,
  });
  const scaled = (own.tokens * parameters(shape.model)) / parameters(own.model);
  expect(scaled - shape.tokens).toBeGreaterThanOrEqual(0);
  expect(scaled - shape.tokens).toBeLessThan(16 * 128);
});

test('what a rung names counts', () => {
  const shape = rungShape(proxy, { width: 96, layers: 1, heads: 2, tokens: 10_000 });
  expect(shape).toMatchObject({ model: { width: 96, layers: 1, heads: 2 }, tokens: 4 * 2048 });
  expect(rungName({ width: 96, layers: 1 })).toBe('96 × 1');
  expect(sizeName(shape.model)).toBe('96 × 1');
});

test('a learning rate that the file gives is for the width that it gives it for', () => {
  expect(rungShape({ ...proxy, learningRate: 0.01 }, { width: 128, layers: 2 }).learningRate).toBe(2e-3);
});

test('a rung may be a preset: its width, depth and heads, and all else as the search trains', () => {
  const shape = rungShape(proxy, { preset: 'cpu' });
  expect(shape).toEqual(rungShape(proxy, { width: 128, layers: 4, heads: 4 }));
  expect(shape.model).toMatchObject({ vocab: 2048, context: 128 });
  expect(rungName({ preset: 'cpu' })).toBe('128 × 4');
});
