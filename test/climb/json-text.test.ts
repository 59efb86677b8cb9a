import { expect, test } from '@jest/globals';
import { jsonTextProblems } from '../../climb/json-text.ts';

const paths = (text: string) => jsonTextProblems(text).map(({ path }) => path);

test('nothing is lost of what JSON holds', () => {
  for (const value of [
    7,
    null,
    'a,"{:}\\"',
    [],
    {},
    [{ a: [1, { b: -1.5e-3 }, 'x'] }, { a: true }],
    Number.MAX_SAFE_INTEGER,
  ]) {
    for (const indent of [0, 2]) expect(paths(JSON.stringify(value, null, indent))).toEqual([]);
  }
});

test('a key that stands twice is named with its path, however it is written', () => {
  expect(paths('{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}')).toEqual(['b.c', 'a']);
  expect(paths('[{"a": 1}, {"a": [1, 2], "\\u0061": 2}]')).toEqual(['1.a']);
  expect(paths('{"a": "a", "b": ["a", "a"], "c": {"a": 1}}')).toEqual([]);
});

test('numbers that would be read as others', () => {
  const text = '{"seed": 9007199254740993, "x": [1e999, -9007199254740993, 9007199254740991, 1e20, 0.1]}';
  expect(paths(text)).toEqual(['seed', 'x.0', 'x.1']);
  expect(jsonTextProblems(text)[0]!.message).toContain('read as 9007199254740992');
});

test('nesting beyond any field is told once, of any depth', () => {
  const deep = (depth: number) => `${'{"a":['.repeat(depth / 2)}${']}'.repeat(depth / 2)}`;
  expect(paths(deep(64))).toEqual([]);
  expect(paths(deep(100_000))).toHaveLength(1);
});
