/** Row 14 of the fault matrix in one worker: the same activity twice at once. */
import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { filesBelow } from '../adapters/scratch.ts';
import { finish, world } from '../activities/made-training.ts';
import { perform } from '../activities/made-world.ts';

/** Milliseconds of the quickest of five: what else a machine does makes any one of them late. */
async function quickest(once: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let at = 0; at < 5; at++) all.push(await once());
  return Math.min(...all);
}

/** Two at once. @returns milliseconds from the training's end until both have answered */
async function twice(): Promise<number> {
  let ended = 0;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const { input, train, calls, folder } = await world(async (spec, out) => {
    await held;
    await finish(spec, out);
    ended = performance.now();
  });
  const both = [1, 2].map(async () => (await perform(train, input)).members);
  release();
  const [first, second] = await Promise.all(both);
  const answered = performance.now();
  expect(calls).toHaveLength(1);
  expect(second?.map(({ weights }) => weights)).toEqual(first?.map(({ weights }) => weights));
  expect([first, second].map((members) => members?.[0]?.fromLedger).sort()).toEqual([false, true]);
  expect(await filesBelow(join(folder, 'ledger', 'proxy'))).toHaveLength(1);
  return answered - ended;
}

describe('row 14: the same activity twice at once', () => {
  test('is one training and one artifact, and the second answers within 100 ms of its end', async () => {
    expect(await quickest(twice)).toBeLessThanOrEqual(100);
  });

  test('asked again, what was made is found within 100 ms', async () => {
    const { input, train, calls } = await world();
    await perform(train, input);
    const again = async () => {
      const began = performance.now();
      await perform(train, input);
      return performance.now() - began;
    };
    expect(await quickest(again)).toBeLessThanOrEqual(100);
    expect(calls).toHaveLength(1);
  });
});
