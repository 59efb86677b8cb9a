import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { expectedSeconds, parameters, proxyShape } from '../../../climb/spec/proxy-shape.ts';
import { specOf } from '../made-search.ts';

const proxy = (changes: object = {}) => ({ ...specOf().proxy, ...changes });

test('a preset is a shape, its tokens rounded down to whole steps', () => {
  expect(proxyShape(proxy())).toEqual({
    model: { width: 64, layers: 2, heads: 2, vocab: 2048, context: 128 },
    batch: 16,
    learningRate: 4e-3,
    tokens: 499_712,
  });
});

test('each field of the file overrides the preset, and that field alone', () => {
  const preset = proxyShape(proxy());
  const model = { width: 96, layers: 3, heads: 4, vocab: 512, context: 64 };
  for (const [field, value] of Object.entries(model)) {
    expect(proxyShape(proxy({ model: { [field]: value } })).model).toEqual({ ...preset.model, [field]: value });
  }
  expect(proxyShape(proxy({ batch: 4 }))).toMatchObject({ batch: 4, model: preset.model });
  expect(proxyShape(proxy({ learningRate: 1e-3 }))).toEqual({ ...preset, learningRate: 1e-3 });
});

test('tokens are whole steps, at least one, and never more than asked for beyond that', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 64 }), (tokens, batch) => {
      const step = batch * 128;
      const shape = proxyShape(proxy({ tokens, batch }));
      expect(shape.tokens % step).toBe(0);
      expect(shape.tokens).toBeGreaterThanOrEqual(step);
      if (tokens >= step) expect(tokens - shape.tokens).toBeLessThan(step);
      expect(shape.tokens <= Math.max(step, tokens)).toBe(true);
    }),
  );
});

test('parameters count blocks and both tables of the vocabulary', () => {
  expect(parameters({ width: 64, layers: 2, heads: 2, vocab: 2048, context: 128 })).toBe(360_448);
});

test('the first estimate of seconds goes with tokens and size, at the measured speed where there is one', () => {
  expect(expectedSeconds(proxy())).toBeCloseTo(499_712 / 30_000, 9);
  expect(expectedSeconds(proxy(), 10_000)).toBeCloseTo(49.9712, 9);
  const twice = expectedSeconds(proxy({ tokens: 999_424 })) / expectedSeconds(proxy());
  expect(twice).toBeCloseTo(2, 9);
  const larger = proxy({ model: { layers: 6 } });
  const size = parameters(proxyShape(larger).model) / parameters(proxyShape(proxy()).model);
  expect(expectedSeconds(larger)).toBeCloseTo((499_712 / 30_000) * size, 9);
  expect(expectedSeconds(larger, 10_000)).toBeCloseTo(49.9712, 9); // measured at this very shape
});
