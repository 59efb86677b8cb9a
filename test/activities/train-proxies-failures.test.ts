import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { trainProxies } from '../../activities/train-proxies.ts';
import { TrainerFailure, type FailureKind } from '../../adapters/trainer.ts';
import type { Ref } from '../../climb/artifact.ts';
import { digest } from '../../climb/content-key.ts';
import { filesBelow } from '../adapters/scratch.ts';
import { finish, two, world, type Spec } from './made-training.ts';
import { failureOf, perform, spoilingOnce } from './made-world.ts';

describe('a trainer that fails', () => {
  const failing = async (kind: FailureKind, attempt: number) => {
    const { input, train, folder } = await world(() => Promise.reject(new TrainerFailure(kind, `it was ${kind}`)));
    const failure = await failureOf(perform(train, input, attempt));
    expect(await filesBelow(join(folder, 'ledger'))).toEqual([]);
    return failure;
  };

  test.each<[FailureKind, number, boolean]>([
    ['badSpec', 1, true],
    ['badData', 1, true],
    ['missing', 1, true],
    ['internal', 1, false],
    ['internal', 2, false],
    ['internal', 3, true],
    ['diskFull', 50, false],
    ['deviceLost', 19, false],
    ['deviceLost', 20, true],
    ['stopped', 50, false],
    ['killed', 29, false],
    ['killed', 30, true],
    ['stalled', 4, false],
    ['stalled', 5, true],
  ])('with %s at attempt %i is given up: %p', async (kind, attempt, nonRetryable) => {
    const failure = await failing(kind, attempt);
    expect(failure).toMatchObject({ type: kind, nonRetryable });
    expect(failure.message).toMatch(attempt > 1 && nonRetryable ? `given up at attempt ${attempt} (` : /^it was/);
    expect(failure.message).toContain(`it was ${kind}`);
  });

  test('says how long it occupied its device, over all attempts', async () => {
    const failure = await failing('internal', 3);
    expect(failure.details).toEqual([expect.any(Number)]);
  });

  test('and is tried again: who trains the proxy then is charged for the lost attempts too', async () => {
    let attempts = 0;
    const { deps, input, train } = await world((spec, out) => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new TrainerFailure('killed', 'it was killed')) : finish(spec, out);
    });
    await failureOf(perform(train, input, 1));
    const [run] = await readdir(deps.runs.path(''));
    const clock = deps.runs.path(run as string, 'clock.json');
    const kept = JSON.parse(await readFile(clock, 'utf8')) as object;
    await writeFile(clock, JSON.stringify({ ...kept, before: 300 }));
    const { members } = await perform(train, input, 2);
    expect(members[0]?.seconds).toBeGreaterThanOrEqual(300);
  });

  test('in a way that is no failure of its own is left to Temporal', async () => {
    const { input, train } = await world(() => Promise.reject(new TypeError('a bug')));
    await expect(perform(train, input)).rejects.toThrow(TypeError);
  });

  test('by leaving a member out is caught', async () => {
    const { input, train } = await world((spec, out) => finish({ ...spec, members: [] }, out));
    await expect(perform(train, input)).rejects.toThrow("the trainer's result has no member");
  });

  test('to leave a result is caught', async () => {
    const { input, train } = await world(() => Promise.resolve());
    await expect(perform(train, input)).rejects.toThrow('result.json');
  });
});

test('weights that changed since the trainer wrote them are no proxy of anybody: the next attempt trains anew', async () => {
  const spoilt = spoilingOnce(finish, ({ members }) => `${members[1]?.id}.safetensors`);
  const { deps, calls, folder, input, train } = await world(spoilt);
  const both = { ...input, members: two(input) };
  const intact = digest('weights [[0.25,0.75],11]');
  await expect(perform(train, both)).rejects.toMatchObject({
    name: 'ChangedFile',
    message: expect.stringMatching(new RegExp(`expected SHA-256 ${intact}, got [0-9a-f]{64} `)),
  });
  for (const kept of ['runs', 'ledger']) expect(await filesBelow(join(folder, kept))).toEqual([]);
  const { members } = await perform(train, both, 2);
  expect(members[1]?.weights?.sha256).toBe(intact);
  expect(calls).toHaveLength(2);
  expect(await deps.store.isWhole(members[1]?.weights as Ref)).toBe(true);
});

test('a trainer that names its files without their hashes is believed', async () => {
  const { input, train } = await world(async (spec, out) => {
    await finish(spec, out);
    const path = join(out, 'result.json');
    const result = JSON.parse(await readFile(path, 'utf8')) as { members: { weights: { file: string } }[] };
    const members = result.members.map((member) => ({ ...member, weights: { file: member.weights.file } }));
    await writeFile(path, JSON.stringify({ members }));
  });
  const { members } = await perform(train, input);
  expect(members[0]?.weights?.sha256).toBe(digest('weights [[0.5,0.5],11]'));
});

describe('a trainer that runs out of memory', () => {
  type Fitting = Spec & { optim: { batch: number; microBatch?: number }; ensemble?: number };

  /** A trainer in whose memory so many sequences fit at once; on its own it takes the batch, and says so if it `tells`. */
  const withMemoryFor = async (sequences: number, { tells = true, members = 1 } = {}) => {
    const tried: (string | undefined)[] = [];
    const { input, deps, trainer } = await world(async (spec, out, { onEvent }) => {
      const { optim, ensemble = 1, members } = spec as Fitting;
      tried.push(`${optim.microBatch ?? 'all'}×${ensemble}`);
      const size = optim.microBatch ?? optim.batch;
      if (tells) onEvent({ event: 'microBatch', size });
      if (size * Math.min(ensemble, members.length) > sequences) throw new TrainerFailure('outOfMemory', 'too much');
      await finish(spec, out);
    });
    const train = trainProxies({ ...deps, trainers: () => ({ ...trainer, members }) });
    const outcome = async (attempts: number) => {
      for (let attempt = 1; attempt < attempts; attempt++) {
        const failure = await failureOf(perform(train, { ...input, members: two(input) }, attempt));
        expect(failure).toMatchObject({ type: 'outOfMemory', nonRetryable: false });
        expect(failure.message).toContain('too much; next with {');
      }
      return perform(train, { ...input, members: two(input) }, attempts);
    };
    return { tried, outcome };
  };

  test('does half as much at once at each attempt, whichever worker tries it', async () => {
    const { tried, outcome } = await withMemoryFor(4);
    const { members } = await outcome(3);
    expect(members.map(({ status }) => status)).toEqual(['trained', 'trained']);
    expect(tried).toEqual(['all×1', '8×1', '4×1']);
  });

  test('and does not say what it uses is halved from the whole batch', async () => {
    const { tried, outcome } = await withMemoryFor(8, { tells: false });
    await outcome(2);
    expect(tried).toEqual(['all×1', '8×1']);
  });

  test('with one sequence each trains fewer side by side', async () => {
    const { tried, outcome } = await withMemoryFor(1, { members: 4 });
    await outcome(6);
    expect(tried).toEqual(['all×4', '8×2', '4×2', '2×2', '1×2', '1×1']);
  });

  test('before it began with any batch trains fewer side by side at once', async () => {
    const { tried, outcome } = await withMemoryFor(16, { members: 2, tells: false });
    await outcome(2);
    expect(tried).toEqual(['all×2', 'all×1']);
  });

  test('with one sequence of one proxy has failed for good; told to go on, it begins anew', async () => {
    const { tried, outcome } = await withMemoryFor(0);
    const failure = await failureOf(outcome(5));
    expect(failure).toMatchObject({ type: 'outOfMemory', nonRetryable: true });
    expect(failure.message).toMatch(/^given up at attempt 5 \(no smaller part .* use a smaller proxy or context/);
    expect(tried).toEqual(['all×1', '8×1', '4×1', '2×1', '1×1']);
    await outcome(1).catch(() => undefined);
    expect(tried.at(-1)).toBe('all×1');
  });
});
