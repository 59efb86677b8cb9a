import { describe, expect, test } from '@jest/globals';
import { InvalidInput, type Problem } from '../../../climb/problem.ts';
import { beforeOpening, isBranchFile, parseBranchFile } from '../../../climb/spec/branch-file.ts';

const branchFrom = { search: 'parent', iteration: 1 };

function problemsOf(file: unknown, search: string | null = 'branch'): readonly Problem[] {
  try {
    parseBranchFile(file, search);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems;
  }
}

test('an input with branchFrom means to be a branch, whatever else is wrong with it', () => {
  expect([{ branchFrom }, { branchFrom: null }, { corpus: {} }, null, 'branchFrom'].map(isBranchFile)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('everything but branchFrom may be left out, in every part that may change', () => {
  for (const file of [
    { branchFrom: { search: 'a' } },
    { branchFrom, version: 1, seed: 3, $schema: 's' },
    { branchFrom, search: { predictor: 'ridge', iterations: 4 }, budget: { proxies: 20 } },
    { branchFrom, tasks: [{ name: 'piqa' }], report: { tasks: [{ name: 'sciq' }] } },
    { branchFrom, constraints: { bounds: {} }, verify: { seeds: 3 }, gates: ['verify'] },
    { branchFrom, objective: { guards: { maxLoss: 0.1 } } },
    { branchFrom, budget: { deadline: null, money: null }, search: { schedule: null }, objective: { guards: null } },
  ]) {
    expect(problemsOf(file)).toEqual([]);
  }
});

describe('refused before anything is read', () => {
  test.each<[string, object, string[], string]>([
    ['another corpus', { corpus: { path: 'x' } }, ['corpus.path'], 'trained on its corpus'],
    ['another embedding', { embedding: { kind: 'lsa' } }, ['embedding.kind'], 'clusters that came of its embedding'],
    ['other clusters', { clusters: { initial: 8, merge: {} } }, ['clusters.initial', 'clusters.merge'], 'its clusters'],
    ['another shape', { proxy: { tokens: 1, trainer: 't' } }, ['proxy.tokens', 'proxy.trainer'], 'that shape'],
    ['another target', { target: { tokens: 9 } }, ['target.tokens'], 'what share of each cluster a proxy reads'],
    ['a part that is no object', { proxy: 'gpu' }, ['proxy'], "can't change it"],
    ['an unknown field', { serch: {} }, ['serch'], 'unknown field'],
    ['an unknown field that every object inherits', { constructor: 3 }, ['constructor'], 'unknown field'],
    ['an unknown field of a part', { search: { batches: 3 } }, ['search.batches'], 'unknown field'],
    ['a wrong type', { seed: '7' }, ['seed'], 'expected number, got "7"'],
    ['null for a whole part', { search: null }, ['search'], 'expected object, got null'],
    ['an id that is no text', { branchFrom: { search: 3 } }, ['branchFrom.search'], 'expected string, got 3'],
    ['an empty id', { branchFrom: { search: '' } }, ['branchFrom.search'], 'got ""'],
    ['no id', { branchFrom: {} }, ['branchFrom.search'], 'expected string, got nothing'],
    ['no branchFrom', { branchFrom: null }, ['branchFrom'], 'expected object, got null'],
    ['a negative iteration', { branchFrom: { search: 'a', iteration: -1 } }, ['branchFrom.iteration'], 'got -1'],
    ['half an iteration', { branchFrom: { search: 'a', iteration: 1.5 } }, ['branchFrom.iteration'], 'got 1.5'],
    ['an iteration as text', { branchFrom: { search: 'a', iteration: '1' } }, ['branchFrom.iteration'], 'got "1"'],
    ['an unknown field of branchFrom', { branchFrom: { search: 'a', at: 1 } }, ['branchFrom.at'], 'unknown field'],
    ['half a surrogate pair', { branchFrom: { search: '\ud800' } }, ['branchFrom.search'], ''],
  ])('%s', (_, changes, paths, piece) => {
    const problems = problemsOf({ branchFrom, ...changes });
    expect(problems.map(({ path }) => path)).toEqual(paths);
    expect(problems[0]?.message).toContain(piece);
  });

  test('all of it at once', () => {
    const file = { branchFrom: { search: 'a', iteration: -1 }, corpus: { path: 'x' }, proxy: { tokens: 1 }, sed: 1 };
    const paths = problemsOf(file).map(({ path }) => path);
    expect(paths.sort()).toEqual(['branchFrom.iteration', 'corpus.path', 'proxy.tokens', 'sed']);
  });

  test('itself', () => {
    expect(problemsOf({ branchFrom: { search: 'me' } }, 'me').map(({ path }) => path)).toEqual(['branchFrom.search']);
    expect(problemsOf({ branchFrom: { search: 'me' } }, null)).toEqual([]);
  });
});

test('until its parent was read a branch is what its file says, with defaults', () => {
  const spec = beforeOpening(
    parseBranchFile({ branchFrom, seed: 9, budget: { proxies: 20, deadline: null }, gates: ['verify'] }, 'branch'),
  );
  expect(spec).toMatchObject({ seed: 9, budget: { proxies: 20, concurrency: 8 }, gates: ['verify'] });
  expect(spec.branchFrom).toBeUndefined();
  expect(beforeOpening(parseBranchFile({ branchFrom }, 'branch')).budget.proxies).toBe(1);
});
