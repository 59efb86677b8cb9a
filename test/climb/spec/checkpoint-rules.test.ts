import { describe, expect, test } from '@jest/globals';
import { checkpointProblem, expectedTensors, type TensorInfo } from '../../../climb/spec/checkpoint-rules.ts';

const model = { width: 16, layers: 2, heads: 2, vocab: 300, context: 32 };
const whole = expectedTensors(model);
const problem = (changes: Record<string, TensorInfo | undefined>, of = model) => {
  const found = new Map([...whole, ...Object.entries(changes)]);
  const there = [...found].flatMap(([name, tensor]) => (tensor === undefined ? [] : [[name, tensor] as const]));
  return checkpointProblem('a.safetensors', new Map(there), of);
};
const f32 = (...shape: number[]): TensorInfo => ({ dtype: 'F32', shape });

test('the names and shapes of the trainer, inputs first', () => {
  expect(
    Object.fromEntries([...expectedTensors({ ...model, layers: 1 })].map(([name, { shape }]) => [name, shape])),
  ).toEqual({
    embed: [300, 16],
    '0.qkv': [16, 48],
    '0.out': [16, 16],
    '0.up': [16, 64],
    '0.down': [64, 16],
    head: [16, 300],
  });
});

test('weights of the very shape are fine, whatever the order of their names', () => {
  expect(problem({})).toBeNull();
  expect(checkpointProblem('a', new Map([...whole].reverse()), model)).toBeNull();
});

describe('a problem names file, tensor, expected and found', () => {
  test.each([
    ['another orientation', { '1.qkv': f32(48, 16) }, '1.qkv: expected F32 [16, 48], found F32 [48, 16]'],
    [
      'another dtype',
      { head: { dtype: 'BF16', shape: [16, 300] } },
      'head: expected F32 [16, 300], found BF16 [16, 300]',
    ],
    ['a tensor that is missing', { '0.up': undefined }, '0.up: expected F32 [16, 64], found none'],
    ['a tensor too many', { bias: f32(16) }, 'bias: expected none, found F32 [16]'],
  ])('%s', (_, changes, piece) => {
    const message = problem(changes);
    expect(message).toMatch(/^a\.safetensors doesn't hold the weights of this proxy \(16 × 2, vocabulary 300\)/);
    expect(message).toContain(piece);
  });

  test('another model: five tensors by name, the rest counted', () => {
    const message = problem({}, { ...model, width: 32 });
    expect(message?.match(/: expected F32/g)).toHaveLength(5);
    expect(message).toContain('; and 5 more; give proxy.model the shape');
  });
});
