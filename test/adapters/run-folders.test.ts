import { stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RunFolders } from '../../adapters/run-folders.ts';
import { until } from '../until.ts';
import { filesBelow, place, scratch } from './scratch.ts';

const folder = scratch();
const runs = new RunFolders(folder);

test('a run has a folder of its own, kept until it is removed', async () => {
  await place(runs.path('k1', 'result.json'), '{"members":[]}');
  await place(runs.path('k1', 'checkpoints/1/state.json'), '{}');
  await place(runs.path('k2', 'manifest.json'), '{"tokens":3}');
  expect(await runs.readResult('k1')).toEqual({ members: [] });
  expect(await runs.readResult('k2', 'manifest.json')).toEqual({ tokens: 3 });
  expect(runs.path('k1')).toBe(join(folder, 'k1'));
  await runs.remove('k1');
  await runs.remove('k1');
  expect(await filesBelow(folder)).toEqual(['k2/manifest.json']);
  await expect(runs.readResult('k1')).rejects.toThrow('ENOENT');
});

test('what work began with, and how far it was cut, is known while its folder is there', async () => {
  expect([await runs.readSpec('k3'), await runs.readCut('k3')]).toEqual([undefined, undefined]);
  await place(runs.path('k3', 'spec.json'), '{"schema":1}');
  await runs.keepCut('k3', { microBatch: 4, ensemble: 2 });
  expect([await runs.readSpec('k3'), await runs.readCut('k3')]).toEqual([
    { schema: 1 },
    { microBatch: 4, ensemble: 2 },
  ]);
  await runs.keepCut('k3', undefined);
  await runs.keepCut('k3', undefined);
  expect(await runs.readCut('k3')).toBeUndefined();
  await place(runs.path('k3', 'cut.json'), '{');
  expect(await runs.readCut('k3')).toBeUndefined(); // begun anew, where it would be read in vain for ever
});

describe('the clock of a run', () => {
  test('goes on from what earlier attempts at the same activity took', async () => {
    const first = await runs.clock('t1', 'search run i1-p001');
    await first.stop();
    await place(runs.path('t1', 'clock.json'), JSON.stringify({ activity: 'search run i1-p001', before: 30 }));
    const second = await runs.clock('t1', 'search run i1-p001');
    expect(second.seconds()).toBeGreaterThanOrEqual(30);
    await second.stop();
    const other = await runs.clock('t1', 'search run i1-p002');
    expect(other.seconds()).toBeLessThan(30);
    await other.stop();
  });

  test('knows until when an attempt was seen that nobody ended', async () => {
    const since = Date.now() - 60_000;
    await place(runs.path('t2', 'clock.json'), JSON.stringify({ activity: 'a', before: 5, since }));
    await utimes(runs.path('t2', 'clock.json'), new Date(), new Date(since + 20_000));
    const clock = await runs.clock('t2', 'a');
    expect(clock.seconds()).toBeGreaterThanOrEqual(25);
    expect(clock.seconds()).toBeLessThan(60);
    await clock.stop();
  });

  test('sees an attempt that is under way', async () => {
    const clock = await runs.clock('t3', 'a');
    const { mtimeMs: begun } = await stat(runs.path('t3', 'clock.json'));
    await until(async () => (await stat(runs.path('t3', 'clock.json'))).mtimeMs > begun + 500);
    await clock.stop();
  });

  test('begins at nothing where what was kept is no clock', async () => {
    await place(runs.path('t4', 'clock.json'), '{');
    const clock = await runs.clock('t4', 'a');
    expect(clock.seconds()).toBeLessThan(5);
    await clock.stop();
  });
});

test('of many that want the same run one works at a time, others at once', async () => {
  const { signal } = new AbortController();
  const order: string[] = [];
  const work = async (key: string, name: string) => {
    const release = await runs.acquire(key, signal);
    order.push(`${name} in`);
    await new Promise(setImmediate);
    order.push(`${name} out`);
    release();
  };
  await Promise.all([work('a', 'first'), work('a', 'second'), work('b', 'other'), work('a', 'third')]);
  const same = order.filter((step) => !step.startsWith('other'));
  expect(same).toEqual(['first in', 'first out', 'second in', 'second out', 'third in', 'third out']);
  expect(order.indexOf('other in')).toBeLessThan(order.indexOf('first out'));
});

test('who waits can be called off', async () => {
  const waiting = new AbortController();
  const release = await runs.acquire('c', new AbortController().signal);
  const turn = runs.acquire('c', waiting.signal);
  waiting.abort(new Error('cancelled'));
  await expect(turn).rejects.toThrow('cancelled');
  release();
  (await runs.acquire('c', new AbortController().signal))();
});
