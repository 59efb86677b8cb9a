import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { evaluateProxies, type EvaluateProxiesInput } from '../../activities/evaluate-proxies.ts';
import { Ledger, type LedgerKind } from '../../adapters/ledger.ts';
import { TrainerFailure } from '../../adapters/trainer.ts';
import type { ProxyScore } from '../../climb/verification/proxy-score.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { filesBelow, scratch } from '../adapters/scratch.ts';
import { itemised, refOf } from '../climb/made-recipe.ts';
import { specOf } from '../climb/made-search.ts';
import { failureOf, fakeTrainer, perform, worldIn } from './made-world.ts';

const root = scratch();
let worlds = 0;

type Spec = { members: { id: string; weights: string }[]; tasks: { name: string }[] };
type Work = (spec: Spec, out: string) => Promise<void>;

/** Scores every member on every task, the tasks in the reverse of the order asked for. */
const score: Work = async ({ members, tasks }, out) => {
  const scored = members.map(({ id }) => ({
    id,
    tasks: tasks.map(({ name }, at) => ({ ...itemised({ name, split: 'validation' }, 2.5 + at), name })).reverse(),
  }));
  await writeFile(join(out, 'result.json'), JSON.stringify({ members: scored }));
};

async function world(work: Work = score) {
  const folder = join(root, String(worlds++));
  const { trainer, calls } = fakeTrainer(work);
  const deps = worldIn(folder, { trainer });
  const input: EvaluateProxiesInput = {
    members: [{ id: 'i1-p001', weights: refOf('weights 1') }],
    tasks: [
      { name: 'piqa', items: refOf('piqa items') },
      { name: 'my own, hard (test)', items: refOf('own items') },
    ],
    tokens: await deps.store.putJson({ tokenizer: refOf('tokenizer') }),
    proxy: proxyShape(specOf().proxy),
    choices: 'gold',
    trainer: 'default',
  };
  return { folder, deps, trainer, calls, input, evaluate: evaluateProxies(deps) };
}

test('a proxy is scored on every task, in the order of the search, under the names that the search uses', async () => {
  const { deps, folder, input, evaluate } = await world();
  const { members } = await perform(evaluate, input);
  const [own] = members;
  expect(members).toEqual([
    {
      id: 'i1-p001',
      score: own?.score,
      seconds: expect.any(Number),
      tasks: [
        { name: 'piqa', n: 6, bitsPerByte: expect.closeTo(2.5449, 4), accuracy: 0.5, accuracyNorm: 0.5 },
        { name: 'my own, hard (test)', n: 6, bitsPerByte: expect.closeTo(3.5449, 4), accuracy: 0.5, accuracyNorm: 0.5 },
      ],
    },
  ]);
  const artifact = await deps.store.readJson<ProxyScore>(own?.score as NonNullable<typeof own>['score']);
  expect(artifact).toMatchObject({ schema: 1, kind: 'score', weights: refOf('weights 1') });
  expect(artifact.tasks.map(({ name, items }) => [name, items.ids.length])).toEqual([
    ['piqa', 6],
    ['my own, hard (test)', 6],
  ]);
  expect(await filesBelow(join(folder, 'runs'))).toEqual([]);
});

test('what goes into history is small: items stay in the artifact', async () => {
  const { input, evaluate } = await world();
  const tasks = Array.from({ length: 6 }, (_, at) => ({ name: `task-${at}`, items: refOf(`items ${at}`) }));
  expect(JSON.stringify(await perform(evaluate, { ...input, tasks })).length).toBeLessThan(1024);
});

test('the trainer gets what the contract says: files by place and hash, and names that its files could have', async () => {
  const { deps, calls, input, evaluate } = await world();
  const { tokenizer } = await deps.store.readJson<{ tokenizer: { sha256: string } }>(input.tokens);
  await perform(evaluate, input);
  const file = (name: string) => ({ path: deps.store.path(refOf(name)), sha256: refOf(name).sha256 });
  expect(calls).toEqual([
    {
      command: 'evaluate',
      out: expect.stringContaining('runs'),
      spec: {
        schema: 1,
        members: [
          {
            id: expect.stringMatching(/^[0-9a-f]{64}$/),
            weights: deps.store.path(refOf('weights 1')),
            sha256: refOf('weights 1').sha256,
          },
        ],
        model: { width: 64, layers: 2, heads: 2, vocab: 2048, context: 128 },
        tokenizer: { path: deps.store.path(refOf('tokenizer')), sha256: tokenizer.sha256 },
        tasks: [
          { name: '1-piqa', ...file('piqa items') },
          { name: '2-my-own-hard-test-', ...file('own items') },
        ],
        choices: 'gold',
        device: 'cpu',
        dtype: 'float32',
      },
    },
  ]);
});

const oddNames = ['a b', '../x', '.hidden', '', 'ü', 'x'.repeat(4000), 'a\nb', '-rf'];

test.each(oddNames.map((name) => [name.slice(0, 20), name]))(
  'a task called %j has a plain name there',
  async (_, name) => {
    const { calls, input, evaluate } = await world();
    const { members } = await perform(evaluate, { ...input, tasks: [{ name, items: refOf('items') }] });
    const [task] = (calls[0]?.spec as Spec).tasks;
    expect(task?.name).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/); // trainer/climb_trainer/spec.py
    expect(members[0]?.tasks[0]?.name).toBe(name);
  },
);

describe('the ledger', () => {
  test('answers for what it knows and leaves the rest to one run of the trainer', async () => {
    const { calls, input, evaluate } = await world();
    const first = await perform(evaluate, input);
    const members = [
      { id: 'v-1', weights: refOf('weights 1') },
      { id: 'v-2', weights: refOf('weights 2') },
      { id: 'v-3', weights: refOf('weights 3') },
    ];
    const all = await perform(evaluate, { ...input, members });
    expect(all.members[0]).toEqual({ ...first.members[0], id: 'v-1', seconds: 0 });
    expect(all.members.map(({ id, seconds }) => [id, seconds > 0])).toEqual([
      ['v-1', false],
      ['v-2', true],
      ['v-3', true],
    ]);
    expect(calls.map(({ spec }) => (spec as Spec).members.length)).toEqual([1, 2]);
    await perform(evaluate, { ...input, members });
    expect(calls).toHaveLength(2);
  });

  test('takes other weights, items, choices, names or trainers for another score', async () => {
    const { calls, input, evaluate } = await world();
    const [piqa] = input.tasks as [EvaluateProxiesInput['tasks'][number]];
    const inputs: EvaluateProxiesInput[] = [
      input,
      { ...input, members: [{ id: 'i1-p001', weights: refOf('weights 2') }] },
      { ...input, tasks: [{ ...piqa, items: refOf('other items') }] },
      { ...input, tasks: [piqa] },
      { ...input, tasks: [{ ...piqa, name: 'piqa2' }] },
      { ...input, choices: 'all' },
    ];
    for (const each of inputs) await perform(evaluate, each);
    expect(calls).toHaveLength(inputs.length);
  });

  test('is not believed when the score is gone', async () => {
    const { deps, calls, input, evaluate } = await world();
    const first = await perform(evaluate, input);
    await rm(deps.store.path(first.members[0]?.score as { sha256: string }));
    const { members } = await perform(evaluate, input);
    expect(members).toEqual(first.members.map((member) => ({ ...member, seconds: expect.any(Number) })));
    expect(calls).toHaveLength(2);
    expect(await deps.store.has(first.members[0]?.score as { sha256: string; bytes: number })).toBe(true);
  });
});

test('a group whose worker died after a part of it got into the ledger finds its result where it was left', async () => {
  const { deps, folder, calls, input, evaluate } = await world();
  class Dying extends Ledger {
    #entries = 0;
    override record<T>(...entry: [kind: LedgerKind, key: string, value: T]): Promise<T> {
      return this.#entries++ === 0 ? super.record(...entry) : Promise.reject(new Error('killed'));
    }
  }
  const dying = evaluateProxies({ ...deps, ledger: new Dying(join(folder, 'ledger')) });
  const group = { ...input, members: ['a', 'b'].map((id) => ({ id, weights: refOf(id) })) };
  await expect(perform(dying, group)).rejects.toThrow('killed');
  const { members } = await perform(evaluate, group, 2);
  expect(members.map(({ id, seconds }) => [id, seconds > 0])).toEqual([
    ['a', true],
    ['b', true],
  ]);
  expect(calls[1]).toEqual(calls[0]);
  expect(await filesBelow(join(folder, 'runs'))).toEqual([]);
});

test('a profile that moves to another device begins in another folder; for the ledger it is the same score', async () => {
  const { deps, input, evaluate, calls, trainer } = await world();
  const broken = fakeTrainer(() => Promise.reject(new TrainerFailure('killed', 'killed')));
  await failureOf(perform(evaluateProxies({ ...deps, trainers: () => broken.trainer }), input));
  const moved = evaluateProxies({ ...deps, trainers: () => ({ ...trainer, device: 'cuda' }) });
  const { members } = await perform(moved, input, 2);
  expect(calls[0]?.out).not.toBe(broken.calls[0]?.out);
  expect((await perform(evaluate, input)).members).toEqual([{ ...members[0], seconds: 0 }]);
});

test('a device whose memory ran out scores fewer members at once at the next attempt', async () => {
  const tried: (number | undefined)[] = [];
  const { input, deps, trainer } = await world((spec, out) => {
    const { ensemble } = spec as Spec & { ensemble?: number };
    tried.push(ensemble);
    return ensemble === 1 ? score(spec, out) : Promise.reject(new TrainerFailure('outOfMemory', 'too much'));
  });
  const evaluate = evaluateProxies({ ...deps, trainers: () => ({ ...trainer, members: 8 }) });
  const members = ['a', 'b', 'c'].map((id) => ({ id, weights: refOf(id) }));
  const failure = await failureOf(perform(evaluate, { ...input, members }));
  expect(failure).toMatchObject({ type: 'outOfMemory', nonRetryable: false });
  expect((await perform(evaluate, { ...input, members }, 2)).members).toHaveLength(3);
  expect(tried).toEqual([8, 1]);
});

test('members with the same weights are scored once, and this search pays once', async () => {
  const { calls, input, evaluate } = await world();
  const members = ['a', 'b'].map((id) => ({ id, weights: refOf('weights 1') }));
  const scored = (await perform(evaluate, { ...input, members })).members;
  expect((calls[0]?.spec as Spec).members).toHaveLength(1);
  expect(scored[1]).toEqual({ ...scored[0], id: 'b', seconds: 0 });
});

describe('a trainer that fails', () => {
  test('says whether it is worth another attempt', async () => {
    const { input, evaluate } = await world(() => Promise.reject(new TrainerFailure('badData', 'weights changed')));
    expect(await failureOf(perform(evaluate, input))).toMatchObject({ type: 'badData', nonRetryable: true });
  });

  test.each<[string, Work, string]>([
    [
      'with a member that nobody asked for',
      (spec, out) => score({ ...spec, members: [{ id: 'x', weights: '' }] }, out),
      "a member x that wasn't asked for",
    ],
    ['without a member', (spec, out) => score({ ...spec, members: [] }, out), 'has no member'],
    ['without a task', (spec, out) => score({ ...spec, tasks: spec.tasks.slice(1) }, out), 'has no task 1-piqa'],
  ])('%s is caught, and nothing is recorded', async (_, work, message) => {
    const { folder, input, evaluate } = await world(work);
    await expect(perform(evaluate, input)).rejects.toThrow(message);
    expect(await filesBelow(join(folder, 'ledger'))).toEqual([]);
  });
});
