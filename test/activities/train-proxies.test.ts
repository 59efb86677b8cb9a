import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledFailure } from '@temporalio/activity';
import { describe, expect, test } from '@jest/globals';
import { trainProxies, type TrainProxiesInput } from '../../activities/train-proxies.ts';
import { Ledger, type LedgerKind } from '../../adapters/ledger.ts';
import { TrainerFailure, type FailureKind, type TrainerRun } from '../../adapters/trainer.ts';
import { digest } from '../../climb/content-key.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { filesBelow, scratch } from '../adapters/scratch.ts';
import { refOf } from '../climb/made-recipe.ts';
import { specOf } from '../climb/made-search.ts';
import { contextOf, failureOf, fakeTrainer, perform, worldIn } from './made-world.ts';

const root = scratch();
let worlds = 0;

type Spec = { members: { id: string; weights: number[]; seed: number }[]; budget: { tokensPerMember: number } };

/** What a trainer that keeps the contract leaves behind; a negative seed diverges. */
async function finish({ members, budget }: Spec, out: string): Promise<void> {
  const results = [];
  for (const { id, weights, seed } of members) {
    const file = `${id}.safetensors`;
    await writeFile(join(out, file), `weights ${JSON.stringify([weights, seed])}`);
    const diverged = seed === 666;
    results.push({
      id,
      status: diverged ? 'diverged' : 'trained',
      weights: diverged ? null : { file },
      tokens: budget.tokensPerMember,
      finalLoss: diverged ? null : 2.5,
      seconds: 20,
    });
  }
  await writeFile(join(out, 'result.json'), JSON.stringify({ members: results }));
}

type Work = (spec: Spec, out: string, run: TrainerRun) => Promise<void>;

async function world(work: Work = finish, changes: Parameters<typeof worldIn>[1] = {}) {
  const folder = join(root, String(worlds++));
  const { trainer, calls } = fakeTrainer(work);
  const deps = worldIn(folder, { trainer, ...changes });
  const mixtures = await deps.store.putJson({
    schema: 1,
    kind: 'mixtures',
    mixtures: [
      { id: 'i1-p001', weights: [0.5, 0.5] },
      { id: 'i1-p002', weights: [0.25, 0.75] },
    ],
  });
  const input: TrainProxiesInput = {
    tokens: refOf('tokens'),
    mixtures,
    members: [{ id: 'i1-p001', mixture: 'i1-p001', seed: 11, dataSeed: 12 }],
    proxy: proxyShape(specOf().proxy),
    trainer: 'default',
    maxEpochs: 4,
    checkpointSeconds: 10,
  };
  return { folder, deps, trainer, calls, input, train: trainProxies(deps) };
}

const two = ({ members: [first] }: TrainProxiesInput) => [
  first as TrainProxiesInput['members'][number],
  { id: 'i1-p002', mixture: 'i1-p002', seed: 11, dataSeed: 12 },
];

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
    const { calls, input, train } = await world();
    const [one, two] = await Promise.all([perform(train, group(input)), perform(train, input)]);
    expect(calls).toHaveLength(1);
    expect([one.members[0]?.fromLedger, two.members[0]?.fromLedger]).toEqual([false, true]);
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
