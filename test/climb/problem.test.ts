import { expect, test } from '@jest/globals';
import { InvalidInput, shown } from '../../climb/problem.ts';

test('an invalid input lists every problem with its path, one a line', () => {
  const one = new InvalidInput('the search file', [{ path: 'seed', message: 'too small' }]);
  expect(one.message).toBe('the search file has a problem:\n  seed: too small');
  const two = new InvalidInput('the search file', [...one.problems, { path: 'tasks.0', message: 'unknown' }]);
  expect(two.message).toBe('the search file has 2 problems:\n  seed: too small\n  tasks.0: unknown');
  expect(two.name).toBe('InvalidInput');
  expect(two.problems).toHaveLength(2);
});

test.each([
  [undefined, 'nothing'],
  [null, 'null'],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  ['a\nb', '"a\\nb"'],
  [{ a: [1] }, '{"a":[1]}'],
  [() => 1, 'function'],
  ['x'.repeat(100), `"${'x'.repeat(56)}…`],
])('%p is shown as one line of JSON, 60 characters at most', (value, text) => {
  expect(shown(value)).toBe(text);
});

test('what is nested deeper than the stack is still shown', () => {
  expect(shown(JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)))).toContain('nested too deep');
});
