import { expect, test } from '@jest/globals';
import { Speeds } from '../../adapters/speeds.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { specOf } from '../climb/made-search.ts';
import { scratch } from './scratch.ts';

const speeds = new Speeds(scratch());
const identity = { name: 'climb_trainer', version: '1', torch: '2.13.0' };
const trainer = { identity, device: 'cpu', dtype: 'float32' } as const;
const shape = proxyShape(specOf().proxy);

test('the last measured speed counts, for this trainer on this device, this model and batch alone, and so many at once', async () => {
  expect(await speeds.find(trainer, shape, 1)).toBeUndefined();
  await speeds.record(trainer, shape, 1, 30_000);
  await speeds.record(trainer, shape, 1, 32_000);
  expect(await speeds.find(trainer, shape, 1)).toBe(32_000);
  for (const other of [{ identity: { ...identity, torch: '2.12.0' } }, { device: 'cuda' }] as const) {
    expect(await speeds.find({ ...trainer, ...other }, shape, 1)).toBeUndefined();
  }
  expect(await speeds.find(trainer, shape, 32)).toBeUndefined();
  expect(await speeds.find(trainer, { ...shape, batch: 8 }, 1)).toBeUndefined();
  expect(await speeds.find(trainer, { ...shape, model: { ...shape.model, layers: 3 } }, 1)).toBeUndefined();
});

test('how long a proxy trains and how fast it learns change nothing about its speed', async () => {
  await speeds.record(trainer, shape, 1, 31_000);
  expect(await speeds.find(trainer, { ...shape, tokens: 1, learningRate: 1 }, 1)).toBe(31_000);
});
