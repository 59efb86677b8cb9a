import { expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { InvalidInput } from '../../climb/problem.ts';
import { parse } from '../../climb/schema-problems.ts';

const schema = z.strictObject({
  size: z._default(z.int().check(z.minimum(1), z.describe('how many')), 3),
  list: z.optional(z.array(z.strictObject({ name: z.string() }))),
  bounds: z.optional(z.record(z.string(), z.strictObject({ lower: z.number().check(z.describe('least weight')) }))),
});

function problemsOf(value: unknown) {
  try {
    parse(schema, value, 'the thing');
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  throw new Error('accepted');
}

test('defaults are filled in', () => {
  expect(parse(schema, {}, 'the thing')).toEqual({ size: 3 });
});

test('every problem at once, each with its path, what was expected, what was found and what the field means', () => {
  expect(problemsOf({ size: 1.5, list: [{ name: 'a' }, { name: 3 }], bounds: { web: { lower: 'x' } } })).toEqual([
    { path: 'size', message: 'expected int, got 1.5 (how many)' },
    { path: 'list.1.name', message: 'expected string, got 3' },
    { path: 'bounds.web.lower', message: 'expected number, got "x" (least weight)' },
  ]);
});

test('an unknown field is named with those that are known at its place', () => {
  expect(problemsOf({ sise: 1, list: [{ name: 'a', nmae: 'b' }] })).toEqual([
    { path: 'list.0.nmae', message: expect.stringMatching(/^unknown field;.*known here: name$/) },
    { path: 'sise', message: expect.stringMatching(/^unknown field;.*known here: size, list, bounds$/) },
  ]);
});

test('a value that fails two checks is one problem', () => {
  expect(problemsOf({ size: -(2 ** 53) })).toHaveLength(1);
});

test.each([[null], ['text'], [[]], [undefined]])('%p is refused as a whole', (value) => {
  expect(problemsOf(value)).toMatchObject([{ path: '(all of it)' }]);
});

test('a key that a record would swallow in silence is refused', () => {
  expect(problemsOf(JSON.parse('{"bounds":{"__proto__":{"lower":1}}}'))).toMatchObject([{ path: 'bounds.__proto__' }]);
});

test('JSON nested deeper than the stack is refused like anything else', () => {
  const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
  expect(problemsOf({ size: deep })).toMatchObject([{ path: 'size' }]);
  expect(problemsOf(deep)).toMatchObject([{ path: '(all of it)' }]);
});
