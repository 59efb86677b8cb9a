import { expect, test } from '@jest/globals';
import { Speeds } from '../../adapters/speeds.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { specOf } from '../climb/made-search.ts';
import { scratch } from './scratch.ts';

const speeds = new Speeds(scratch());
const identity = { name: 'climb_trainer', version: '1', torch: '2.13.0' };
const trainer = { identity, device: 'cpu', dtype: 'float32', members: 1 } as const;
const shape = proxyShape(specOf().proxy);

test('the last measured speed counts, for this trainer on this device, this model and batch alone', async () => {
  expect(await speeds.find(trainer, shape)).toBeUndefined();
  await speeds.record(trainer, shape, 30_000);
  await speeds.record(trainer, shape, 32_000);
  expect(await speeds.find(trainer, shape)).toBe(32_000);
  for (const other of [{ identity: { ...identity, torch: '2.12.0' } }, { device: 'cuda' }, { members: 32 }] as const) {
    expect(await speeds.find({ ...trainer, ...other }, shape)).toBeUndefined();
  }
  expect(await speeds.find(trainer, { ...shape, batch: 8 })).toBeUndefined();
  expect(await speeds.find(trainer, { ...shape, model: { ...shape.model, layers: 3 } })).toBeUndefined();
});

test('how long a proxy trains and how fast it learns change nothing about its speed', async () => {
  await speeds.record(trainer, shape, 31_000);
  expect(await speeds.find(trainer, { ...shape, tokens: 1, learningRate: 1 })).toBe(31_000);
});
