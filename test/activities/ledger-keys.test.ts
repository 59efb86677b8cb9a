import { describe, expect, test } from '@jest/globals';
import { evaluateSpec, scoreKey, type EvaluateProxiesInput } from '../../activities/train/evaluate-spec.ts';
import { memberSpec, type Member, type TrainProxiesInput } from '../../activities/train/train-spec.ts';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { Trainer } from '../../adapters/trainer.ts';
import { contentKey } from '../../climb/content-key.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { refOf } from '../climb/made-recipe.ts';
import { changed, specOf } from '../climb/made-search.ts';
import { fakeTrainer } from './made-world.ts';

const trainer: Trainer = fakeTrainer(() => Promise.resolve()).trainer;

/** Dotted paths of everything in a value that isn't made of other values. */
function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, field]) => leaves(field, path === '' ? key : `${path}.${key}`));
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);

/** Another value of the same type, as near to the first as it can be. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value === 0 ? Number.MIN_VALUE : value * (1 + Number.EPSILON);
  if (typeof value === 'string') return `${value} `;
  return value === null ? 0 : !value;
}

/** The fields whose change leaves the key as it is. */
function unnoticed<Input>(input: Input, keyOf: (input: Input) => string): string[] {
  const key = keyOf(input);
  return leaves(input).filter((path) => keyOf(changed(input, path, other(at(input, path))) as Input) === key);
}

describe('the key of a proxy', () => {
  const member: Member = { id: 'i1-p001', mixture: 'i1-p001', seed: 11, dataSeed: 12 };
  const input: TrainProxiesInput = {
    tokens: refOf('tokens'),
    mixtures: refOf('mixtures'),
    members: [member],
    proxy: proxyShape(specOf().proxy),
    trainer: 'default',
    init: refOf('trunk'),
    poolShare: 0.5,
    maxEpochs: 4,
    checkpointSeconds: 10,
  };
  const everything = { input, trainer, member, weights: [0.25, 0.75] };

  test('changes with every field of its spec', () => {
    const spec = memberSpec(input, trainer, member, everything.weights);
    expect(leaves(spec)).toEqual(
      expect.arrayContaining([
        'schema',
        'trainer.name',
        'trainer.version',
        'trainer.torch',
        'dtype',
        'tokens',
        'weights.0',
        'weights.1',
        'seed',
        'dataSeed',
        'proxy.model.width',
        'proxy.model.layers',
        'proxy.model.heads',
        'proxy.model.vocab',
        'proxy.model.context',
        'proxy.batch',
        'proxy.learningRate',
        'proxy.tokens',
        'init',
        'poolShare',
        'optimiser.weightDecay',
        'optimiser.beta1',
        'optimiser.beta2',
        'optimiser.warmup',
        'optimiser.decay',
        'optimiser.clip',
      ]),
    );
    expect(unnoticed(spec, contentKey)).toEqual([]);
  });

  test('changes with everything that the training depends on, and with nothing else', () => {
    const keyOf = (all: typeof everything) => contentKey(memberSpec(all.input, all.trainer, all.member, all.weights));
    expect(unnoticed(everything, keyOf)).toEqual([
      // An artifact is what its hash says: its length says no more.
      'input.tokens.bytes',
      // The weights of the one mixture count, not the file that it stands in among others.
      'input.mixtures.sha256',
      'input.mixtures.bytes',
      // Who trains beside it, and under which names.
      'input.members.0.id',
      'input.members.0.mixture',
      'input.members.0.seed',
      'input.members.0.dataSeed',
      // A profile's name; what it runs is in the identity.
      'input.trainer',
      'input.init.bytes',
      // A cap that a mixture keeps or is refused by, and how often a checkpoint is written.
      'input.maxEpochs',
      'input.checkpointSeconds',
      // Where it ran and how many side by side.
      'trainer.device',
      'trainer.members',
      'trainer.run',
      'member.id',
      'member.mixture',
    ]);
  });

  test('knows all of a pool from a part of it, and a trunk from none', () => {
    const keyOf = (changes: Partial<TrainProxiesInput>) =>
      contentKey(memberSpec({ ...input, ...changes }, trainer, member, everything.weights));
    const { init: _, poolShare: __, ...plain } = input;
    const whole = contentKey(memberSpec(plain, trainer, member, everything.weights));
    expect(contentKey(memberSpec({ ...plain, poolShare: 1 }, trainer, member, everything.weights))).toBe(whole);
    expect(new Set([whole, keyOf({}), keyOf({ poolShare: 1 }), keyOf({ init: refOf('another') })]).size).toBe(4);
  });
});

describe('the key of a score', () => {
  const input: EvaluateProxiesInput = {
    members: [{ id: 'i1-p001', weights: refOf('weights') }],
    tasks: [
      { name: 'piqa', items: refOf('piqa items') },
      { name: 'own', items: refOf('own items') },
    ],
    tokens: refOf('tokens'),
    proxy: proxyShape(specOf().proxy),
    choices: 'gold',
    trainer: 'default',
  };
  const everything = { input, trainer, tokenizer: refOf('tokenizer'), weights: refOf('weights') };
  type Everything = typeof everything;
  const keyOf = (all: Everything) => scoreKey(all.input, all.trainer, all.tokenizer, all.weights);

  test('changes with everything that the evaluation depends on, and with nothing else', () => {
    expect(unnoticed(everything, keyOf)).toEqual([
      // Who is scored beside it.
      'input.members.0.id',
      'input.members.0.weights.sha256',
      'input.members.0.weights.bytes',
      'input.tasks.0.items.bytes',
      'input.tasks.1.items.bytes',
      // Token shards train; of them an evaluation needs the tokenizer.
      'input.tokens.sha256',
      'input.tokens.bytes',
      // How the weights came about: they are named by what they are.
      'input.proxy.batch',
      'input.proxy.learningRate',
      'input.proxy.tokens',
      'input.trainer',
      'trainer.device',
      'trainer.members',
      'trainer.run',
      'tokenizer.bytes',
      'weights.bytes',
    ]);
  });

  test('changes with the order of the tasks and with one more or fewer', () => {
    const [first, second] = input.tasks as [
      EvaluateProxiesInput['tasks'][number],
      EvaluateProxiesInput['tasks'][number],
    ];
    const keys = [input.tasks, [second, first], [first], [first, second, first]].map((tasks) =>
      keyOf({ ...everything, input: { ...input, tasks } }),
    );
    expect(new Set(keys).size).toBe(4);
  });

  test('stands for all that the trainer is told, but for the device and what runs side by side', () => {
    const store = new ArtifactStore('/artifacts');
    const key = keyOf(everything);
    const spec = evaluateSpec(input, trainer, everything.tokenizer, [{ ...input.members[0]!, key }], store);
    const told = leaves(spec).filter((path) => !path.endsWith('path') && !path.startsWith('members'));
    expect(told.filter((path) => !path.startsWith('model') && !path.startsWith('tasks'))).toEqual([
      'schema',
      'tokenizer.sha256',
      'choices',
      'device',
      'dtype',
    ]);
  });
});
