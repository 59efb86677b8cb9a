import { afterAll, expect, test } from '@jest/globals';
import { Compute } from '../../adapters/compute.ts';

const compute = new Compute(2);
afterAll(() => compute.close());

const shard = (text: string) => Buffer.from(`${JSON.stringify({ id: 'a', text })}\n`);
const asked = { clusters: Uint16Array.of(0), k: 1, keep: Uint32Array.of(0), characters: 100 };
const survey = (text: string) => compute.run('surveyShard', { shard: shard(text), ...asked });
/** Many steps of Lloyd, each of which reports. */
const steps = {
  sample: Float32Array.from({ length: 200_000 }, (_, i) => Math.sin(i * i)),
  dimensions: 20,
  k: 50,
  seed: 1,
  start: 0,
};

test('the answer of a thread is that of the function', async () => {
  expect(await survey('Wörter')).toEqual({ bytes: Float64Array.of(7), labels: new Map(), texts: ['Wörter'] });
});

test('more calls than threads all get their own answer', async () => {
  const words = Array.from({ length: 12 }, (_, i) => `word ${i}`);
  const surveys = await Promise.all(words.map(survey));
  expect(surveys.map(({ texts }) => texts[0])).toEqual(words);
});

test('a map keeps the order of its items and reads few of them ahead', async () => {
  let open = 0;
  let most = 0;
  const lengths = await compute.map(['a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff'], async (text) => {
    most = Math.max(most, ++open);
    const { bytes } = await survey(text);
    open--;
    return bytes[0];
  });
  expect(lengths).toEqual([1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
});

test('an error keeps its name, message and fields, and its thread goes on', async () => {
  const bad = compute.run('surveyShard', { shard: Buffer.from('{"text"\n'), ...asked });
  await expect(bad).rejects.toMatchObject({ name: 'SyntaxError', message: expect.stringContaining('JSON') });
  expect((await survey('still here')).texts).toEqual(['still here']);
});

test('aborting ends the thread, and the pool starts another', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const started = compute.run('fitClusters', steps, {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await expect(started).rejects.toBe(reason);
  await expect(compute.run('fitClusters', steps, { signal: controller.signal })).rejects.toBe(reason);
  expect((await survey('again')).texts).toEqual(['again']);
});

test('a map begins nothing new once an item has failed', async () => {
  const begun: number[] = [];
  const failing = compute.map([0, 1, 2, 3, 4, 5, 6, 7], async (item) => {
    begun.push(item);
    await survey('x');
    throw new Error(`item ${item}`);
  });
  await expect(failing).rejects.toThrow('item');
  await survey('afterwards');
  expect(begun).toEqual([0, 1, 2]);
});

test('a thread that dies fails its call by name, and no other', async () => {
  const program = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ input }) => (input.shard.length === 0 ? process.exit(9) : parentPort.postMessage({ kind: 'result', result: 'alive' })));`;
  const mortal = new Compute(1, new URL(`data:text/javascript,${encodeURIComponent(program)}`));
  const run = (bytes: number) => mortal.run('surveyShard', { shard: new Uint8Array(bytes), ...asked });
  const [dead, alive] = await Promise.allSettled([run(0), run(1)]);
  expect(dead).toMatchObject({ status: 'rejected', reason: { name: 'ComputeCrashed' } });
  expect((dead as PromiseRejectedResult).reason).toHaveProperty('message', expect.stringContaining('surveyShard'));
  expect(alive).toEqual({ status: 'fulfilled', value: 'alive' });
  await mortal.close();
});
