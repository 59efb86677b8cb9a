import { describe, expect, test } from '@jest/globals';
import { proxyPresets, type ProxyPresetName } from '../../../climb/spec/proxy-presets.ts';
import { parameters, proxyShape } from '../../../climb/spec/proxy-shape.ts';
import { specOf } from '../made-search.ts';

const names = Object.keys(proxyPresets) as ProxyPresetName[];
const shapeOf = (preset: ProxyPresetName) => proxyShape(specOf({ proxy: { preset } }).proxy);
const steps = ({ tokens, batch, model }: ReturnType<typeof shapeOf>) => tokens / batch / model.context;

test('sizes are those that they are named by', () => {
  const millions = names.map((name) => [name, (parameters(shapeOf(name).model) / 1e6).toFixed(1)]);
  expect(Object.fromEntries(millions)).toEqual({
    'cpu-demo': '0.4',
    cpu: '1.8',
    'gpu-tiny': '2.0',
    'gpu-fast': '5.8',
    gpu: '35.7',
    paper: '148.0',
  });
});

describe.each(names)('%s', (name) => {
  const { model } = shapeOf(name);

  test('is a search file with no problem, and its heads turn in pairs', () => {
    expect(model.width % (2 * model.heads)).toBe(0);
    expect(model.width / model.heads).toBe(model.width <= 128 ? 32 : 64);
    expect(model.vocab % 64).toBe(0);
  });

  test('trains for steps enough to warm up, learn and decay', () => {
    expect(steps(shapeOf(name))).toBeGreaterThanOrEqual(name === 'cpu-demo' ? 200 : 2000);
  });
});

test('each preset is larger than the one before, and slower on its kind of device', () => {
  for (const [at, name] of names.slice(1).entries()) {
    const [before, after] = [proxyPresets[names[at] as ProxyPresetName], proxyPresets[name]];
    expect(parameters(after.model)).toBeGreaterThan(parameters(before.model));
    expect(after.tokens).toBeGreaterThan(before.tokens);
    if (before.speed.device === after.speed.device) {
      expect(after.speed.tokensPerSecond).toBeLessThan(before.speed.tokensPerSecond);
    }
  }
});
