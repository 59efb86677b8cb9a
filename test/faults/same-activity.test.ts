/** Row 14 of the fault matrix in one worker: the same activity twice at once. */
import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { filesBelow } from '../adapters/scratch.ts';
import { finish, world } from '../activities/made-training.ts';
import { perform } from '../activities/made-world.ts';

describe('row 14: the same activity twice at once', () => {
  test('is one training and one artifact, and the second answers within 100 ms of its end', async () => {
    let ended = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { input, train, calls, folder } = await world(async (spec, out) => {
      await held;
      await finish(spec, out);
      ended = performance.now();
    });
    const answered: number[] = [];
    const both = [1, 2].map(async () => {
      const { members } = await perform(train, input);
      answered.push(performance.now());
      return members;
    });
    release();
    const [first, second] = await Promise.all(both);
    expect(calls).toHaveLength(1);
    expect(second?.map(({ weights }) => weights)).toEqual(first?.map(({ weights }) => weights));
    expect([first, second].map((members) => members?.[0]?.fromLedger).sort()).toEqual([false, true]);
    expect(Math.max(...answered) - ended).toBeLessThanOrEqual(100);
    expect(await filesBelow(join(folder, 'ledger', 'proxy'))).toHaveLength(1);
  });

  test('asked again, what was made is found within 100 ms', async () => {
    const { input, train, calls } = await world();
    await perform(train, input);
    const began = performance.now();
    await perform(train, input);
    expect(performance.now() - began).toBeLessThanOrEqual(100);
    expect(calls).toHaveLength(1);
  });
});
