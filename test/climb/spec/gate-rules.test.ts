import { expect, test } from '@jest/globals';
import { InvalidInput } from '../../../climb/problem.ts';
import type { SearchFile } from '../../../climb/spec/search-file.ts';
import { specOf } from '../made-search.ts';

function problemsOf(changes: Partial<SearchFile>) {
  try {
    specOf(changes);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

test.each<[string, Partial<SearchFile>, string, string]>([
  ['a gate twice', { gates: ['verify', 'verify'] }, 'gates.1', 'stands there twice'],
  ['a gate before nothing', { gates: ['ladder'] }, 'gates.0', 'trains nothing after verification'],
  [
    'money that pays for no first batch',
    { budget: { proxies: 24, money: { limit: 1e-9, perDeviceHour: 1000 } } },
    'budget.money.limit',
    'got 1e-9 at 1000 a device hour, but 16 proxies take',
  ],
  [
    'money without a price',
    { budget: { proxies: 24, money: { limit: 3 } as never } },
    'budget.money.perDeviceHour',
    'expected number',
  ],
])('refused: %s', (_, changes, path, piece) => {
  const problems = problemsOf(changes);
  expect(problems.map((problem) => problem.path)).toEqual([path]);
  expect(problems[0]?.message).toContain(piece);
});

test('a gate before shorter lengths alone is one', () => {
  expect(problemsOf({ gates: ['ladder'], verify: { efficiency: [0.5] } })).toEqual([]);
});
