import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledFailure } from '@temporalio/activity';
import { describe, expect, test } from '@jest/globals';
import { trainProxies, type TrainProxiesInput } from '../../activities/train-proxies.ts';
import { Ledger, type LedgerKind } from '../../adapters/ledger.ts';
import { TrainerFailure } from '../../adapters/trainer.ts';
import { digest } from '../../climb/content-key.ts';
import { filesBelow } from '../adapters/scratch.ts';
import { refOf } from '../climb/made-recipe.ts';
import { finish, finishAs, root, two, world, type Spec, type Work } from './made-training.ts';
import { contextOf, failureOf, fakeTrainer, perform, worldIn } from './made-world.ts';

test('a proxy is trained, its weights kept, its price and speed known; the folder it was trained in is gone', async () => {
  const { deps, folder, trainer, input, train } = await world();
  const { members } = await perform(train, input);
  const weights = members[0]?.weights;
  expect(members).toEqual([
    {
      id: 'i1-p001',
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: 'trained',
      weights,
      tokens: 499_712,
      seconds: 20,
      fromLedger: false,
    },
  ]);
  expect(weights?.sha256).toBe(digest('weights [[0.5,0.5],11]'));
  expect(await deps.store.has(weights as NonNullable<typeof weights>)).toBe(true);
  expect(await deps.speeds.find(trainer, input.proxy, 1)).toBe(499_712 / 20);
  expect(await filesBelow(join(folder, 'runs'))).toEqual([]);
});

test('a proxy whose training was cut by a pause costs what is not charged yet', async () => {
  const { input, train } = await world();
  const { members } = await perform(train, { ...input, spent: 15 });
  expect(members[0]).toMatchObject({ seconds: 5, fromLedger: false });
});

test('the trainer gets what the contract says, and nothing else', async () => {
  const { deps, calls, input, train } = await world();
  const { members } = await perform(train, { ...input, members: two(input) });
  expect(calls).toEqual([
    {
      command: 'train',
      out: expect.stringContaining('runs'),
      spec: {
        schema: 1,
        members: [
          { id: members[0]?.key, weights: [0.5, 0.5], seed: 11 },
          { id: members[1]?.key, weights: [0.25, 0.75], seed: 11 },
        ],
        model: { width: 64, layers: 2, heads: 2, vocab: 2048, context: 128 },
        data: {
          manifest: deps.store.path(input.tokens),
          sha256: input.tokens.sha256,
          artifacts: deps.store.root,
          maxEpochs: 4,
          dataSeed: 12,
        },
        optim: {
          learningRate: 0.004,
          batch: 16,
          weightDecay: 0.1,
          beta1: 0.9,
          beta2: 0.95,
          warmup: 0.02,
          decay: 0.4,
          clip: 1,
        },
        budget: { tokensPerMember: 499_712 },
        checkpoint: { everySec: 10, keep: 2 },
        device: 'cpu',
        dtype: 'float32',
      },
    },
  ]);
});

test('a device that trains side by side, warm starts and a smaller pool are in the spec where there are any', async () => {
  const { deps, calls, input, trainer } = await world();
  const accelerate = { compile: true, cudaGraphs: false };
  const train = trainProxies({ ...deps, trainers: () => ({ ...trainer, members: 8, accelerate }) });
  const init = refOf('trunk');
  await perform(train, { ...input, members: two(input), init, poolShare: 0.25 });
  expect(calls[0]?.spec).toMatchObject({
    ensemble: 8,
    accelerate,
    init: { path: deps.store.path(init), sha256: init.sha256 },
    data: { poolShare: 0.25, maxEpochs: 4 },
  });
});

describe('a group', () => {
  const group = (input: TrainProxiesInput) => ({ ...input, members: two(input) });

  test('has a speed of its own: one alone is no measure of it', async () => {
    const { deps, trainer, input } = await world();
    const train = trainProxies({ ...deps, trainers: () => ({ ...trainer, members: 2 }) });
    await perform(train, input);
    const speedOf = (members: number) => deps.speeds.find(trainer, input.proxy, members);
    expect([await speedOf(1), await speedOf(2)]).toEqual([499_712 / 20, undefined]);
    const members = two(input).map((member) => ({ ...member, seed: 13 }));
    await perform(train, { ...input, members });
    expect(await speedOf(2)).toBe(499_712 / 20);
  });

  test('of two that are the same proxy trains it once, and this search pays once', async () => {
    const { calls, input, train } = await world();
    const [member] = two(input);
    const members = [member, { ...member, id: 'twin' }] as TrainProxiesInput['members'];
    const result = await perform(train, { ...input, members });
    expect(result.members.map(({ id, seconds, fromLedger }) => [id, seconds, fromLedger])).toEqual([
      ['i1-p001', 20, false],
      ['twin', 0, true],
    ]);
    expect((calls[0]?.spec as Spec).members).toHaveLength(1);
  });

  test('whose worker died after a part of it got into the ledger finds its result where it was left', async () => {
    const { deps, folder, input, train, calls } = await world();
    class Dying extends Ledger {
      #entries = 0;
      override record<T>(...entry: [kind: LedgerKind, key: string, value: T]): Promise<T> {
        return this.#entries++ === 0 ? super.record(...entry) : Promise.reject(new Error('killed'));
      }
    }
    const dying = trainProxies({ ...deps, ledger: new Dying(join(folder, 'ledger')) });
    await expect(perform(dying, group(input))).rejects.toThrow('killed');
    const { members } = await perform(train, group(input), 2);
    expect(members.map(({ seconds, fromLedger }) => [seconds, fromLedger])).toEqual([
      [20, false],
      [20, false],
    ]);
    expect(calls[1]).toEqual(calls[0]);
    expect(await filesBelow(join(folder, 'runs'))).toEqual([]);
  });

  test('whose known member lost its weights since it was begun starts over with all that is missing', async () => {
    const { deps, input, train, calls } = await world();
    const first = await perform(train, input);
    const dying = trainProxies({
      ...deps,
      trainers: () => fakeTrainer(() => Promise.reject(new Error('killed'))).trainer,
    });
    await expect(perform(dying, group(input))).rejects.toThrow('killed');
    await rm(deps.store.path(first.members[0]?.weights as { sha256: string; bytes: number }));
    await perform(train, group(input), 2);
    expect((calls[1]?.spec as Spec).members).toHaveLength(2);
  });

  test('waits for another with members in common, and takes them from the ledger', async () => {
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const { calls, input, train } = await world((spec, out) => {
      begin();
      return finish(spec, out);
    });
    const first = perform(train, group(input));
    await begun;
    const [one, other] = await Promise.all([first, perform(train, input)]);
    expect(calls).toHaveLength(1);
    expect([one.members[0]?.fromLedger, other.members[0]?.fromLedger]).toEqual([false, true]);
  });
});

describe('the ledger', () => {
  test('answers for a proxy that it knows: no trainer runs, whatever the proxy is called now', async () => {
    const { calls, input, train } = await world();
    const first = await perform(train, input);
    const again = await perform(train, {
      ...input,
      members: [{ ...two(input)[0], id: 'v-uniform-s1', mixture: 'i1-p001', seed: 11, dataSeed: 12 }],
    });
    expect(again.members).toEqual([{ ...first.members[0], id: 'v-uniform-s1', seconds: 0, fromLedger: true }]);
    expect(calls).toHaveLength(1);
  });

  test('leaves to the trainer what it does not know', async () => {
    const { calls, input, train } = await world();
    const { members } = await perform(train, input);
    const both = await perform(train, { ...input, members: two(input) });
    expect(both.members.map(({ id, fromLedger }) => [id, fromLedger])).toEqual([
      ['i1-p001', true],
      ['i1-p002', false],
    ]);
    expect((calls[1]?.spec as Spec).members.map(({ id }) => id)).toEqual([both.members[1]?.key]);
    expect(both.members[0]?.key).toBe(members[0]?.key);
  });

  test('takes every difference that could matter for another proxy', async () => {
    const { input, train, deps } = await world();
    const [member] = input.members as [TrainProxiesInput['members'][number]];
    const inputs: TrainProxiesInput[] = [
      input,
      { ...input, members: [{ ...member, seed: 12 }] },
      { ...input, members: [{ ...member, dataSeed: 13 }] },
      { ...input, members: [{ ...member, mixture: 'i1-p002' }] },
      { ...input, tokens: refOf('other tokens') },
      { ...input, init: refOf('trunk') },
      { ...input, init: refOf('other trunk') },
      { ...input, poolShare: 0.5 },
      { ...input, proxy: { ...input.proxy, learningRate: 0.001 } },
      { ...input, proxy: { ...input.proxy, batch: 8 } },
      { ...input, proxy: { ...input.proxy, tokens: 2048 } },
      { ...input, proxy: { ...input.proxy, model: { ...input.proxy.model, layers: 1 } } },
    ];
    const keys = [];
    for (const each of inputs) keys.push((await perform(train, each)).members[0]?.key);
    for (const changes of [
      { identity: { name: 'fake', version: '2', torch: 'none' } },
      { dtype: 'bfloat16' as const },
    ]) {
      const other = trainProxies({ ...deps, trainers: () => ({ ...fakeTrainer(finish).trainer, ...changes }) });
      keys.push((await perform(other, input)).members[0]?.key);
    }
    expect(new Set(keys).size).toBe(14);
  });

  test('takes no difference that can not: checkpoints and caps on repetition', async () => {
    const { calls, input, train } = await world();
    await perform(train, input);
    await perform(train, { ...input, checkpointSeconds: 99, maxEpochs: 40 });
    expect(calls).toHaveLength(1);
  });

  test('is not believed when the weights are gone, cut short or changed: the proxy is trained again', async () => {
    const { deps, calls, input, train } = await world();
    const first = await perform(train, input);
    const weights = first.members[0]?.weights as { sha256: string; bytes: number };
    for (const harm of [
      () => rm(deps.store.path(weights)),
      () => rm(deps.store.path(weights)).then(() => writeFile(deps.store.path(weights), 'cut')),
      () => rm(deps.store.path(weights)).then(() => writeFile(deps.store.path(weights), 'x'.repeat(weights.bytes))),
    ]) {
      await harm();
      expect(await perform(train, input)).toEqual({ members: [{ ...first.members[0], fromLedger: false }] });
      expect((await deps.store.read(weights)).toString()).toBe('weights [[0.5,0.5],11]');
    }
    expect(calls).toHaveLength(4);
  });

  test('keeps the first entry when two trained the same proxy at once', async () => {
    const { deps, input } = await world();
    const seconds = (spent: number) => async (spec: Spec, out: string) => {
      await finish(spec, out);
      const result = JSON.parse(await readFile(join(out, 'result.json'), 'utf8')) as { members: object[] };
      await writeFile(
        join(out, 'result.json'),
        JSON.stringify({ members: result.members.map((member) => ({ ...member, seconds: spent })) }),
      );
    };
    const worker = (spent: number) =>
      trainProxies({
        ...deps,
        runs: worldIn(join(root, `worker-${spent}`)).runs,
        store: deps.store,
        trainers: () => fakeTrainer(seconds(spent)).trainer,
      });
    const [one, other] = await Promise.all([1, 2].map((spent) => perform(worker(spent), input)));
    expect(one).toEqual(other);
    expect(one?.members[0]?.status).toBe('trained');
  });
});

test('a worker that dies between the end of the training and the ledger loses nothing', async () => {
  class Dying extends Ledger {
    override record(): Promise<never> {
      return Promise.reject(new Error('killed'));
    }
  }
  let trained = 0;
  const resuming: Work = async (spec, out) => {
    // The same spec finds the same result and returns at once.
    if ((await filesBelow(out)).includes('result.json')) return;
    trained += 1;
    await finish(spec, out);
  };
  const { deps, folder, input, train, calls } = await world(resuming);
  const dying = trainProxies({ ...deps, ledger: new Dying(join(folder, 'ledger')) });
  await expect(perform(dying, input)).rejects.toThrow('killed');
  const { members } = await perform(train, input, 2);
  expect(members[0]).toMatchObject({ status: 'trained', fromLedger: false });
  expect(trained).toBe(1);
  expect(new Set(calls.map(({ out }) => out)).size).toBe(1);
  expect(await filesBelow(join(folder, 'runs'))).toEqual([]);
});

test('what another search has trained is free, also for an attempt that comes after a lost one', async () => {
  const { input, train, calls } = await world();
  await perform(train, input);
  for (const attempt of [1, 2]) {
    expect((await perform(train, input, attempt)).members[0]).toMatchObject({ fromLedger: true, seconds: 0 });
  }
  expect(calls).toHaveLength(1);
});

test('weights that are lost are trained anew, and the ledger knows the new ones', async () => {
  const { deps, input, train, calls } = await world();
  const [first] = (await perform(train, input)).members;
  await rm(deps.store.path(first!.weights!));
  const otherBytes = trainProxies({
    ...deps,
    trainers: () => fakeTrainer(finishAs('other bytes')).trainer,
  });
  const [second] = (await perform(otherBytes, input)).members;
  expect(second!.weights).not.toEqual(first!.weights);
  expect((await perform(train, input)).members[0]).toMatchObject({ weights: second!.weights, fromLedger: true });
  expect(calls).toHaveLength(1);
});

test('a profile that moves to another device begins in another folder; for the ledger it is the same proxy', async () => {
  const { deps, input, train, calls, trainer } = await world();
  const broken = fakeTrainer(() => Promise.reject(new TrainerFailure('killed', 'killed')));
  await failureOf(perform(trainProxies({ ...deps, trainers: () => broken.trainer }), input));
  const moved = trainProxies({ ...deps, trainers: () => ({ ...trainer, device: 'cuda' }) });
  const { members } = await perform(moved, input, 2);
  expect(calls[0]?.out).not.toBe(broken.calls[0]?.out);
  expect((await perform(train, input)).members).toEqual([{ ...members[0], seconds: 0, fromLedger: true }]);
});

test('a proxy that diverged is a result: it is paid for, has no weights, and is never tried again', async () => {
  const { calls, input, train } = await world();
  const members = [{ ...(two(input)[0] as object), id: 'i1-p001', mixture: 'i1-p001', seed: 666, dataSeed: 12 }];
  const first = await perform(train, { ...input, members });
  expect(first.members[0]).toMatchObject({ status: 'diverged', weights: null, tokens: 499_712, seconds: 20 });
  expect((await perform(train, { ...input, members })).members[0]).toMatchObject({
    status: 'diverged',
    fromLedger: true,
  });
  expect(calls).toHaveLength(1);
});

test('a member of no mixture is a bug, found before anything runs', async () => {
  const { calls, input, train } = await world();
  const members = [{ id: 'x', mixture: 'i9-p001', seed: 1, dataSeed: 1 }];
  await expect(perform(train, { ...input, members })).rejects.toThrow('no mixture i9-p001 in artifact');
  expect(calls).toEqual([]);
});

test('the newest progress is in the heartbeat, and a cancelled search reaches the trainer through it', async () => {
  const environment = contextOf();
  const beats: unknown[] = [];
  environment.on('heartbeat', (details) => {
    if (details === undefined) return;
    beats.push(details);
    environment.cancel();
  });
  const { input, train } = await world(async (_spec, _out, { signal, onEvent }) => {
    onEvent({ event: 'checkpoint', step: 1 });
    onEvent({ event: 'progress', step: 1 });
    onEvent({ event: 'progress', step: 2 });
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  });
  await expect(environment.run(train, input)).rejects.toThrow(CancelledFailure);
  expect(beats[0]).toEqual({ event: 'progress', step: 2 });
});
