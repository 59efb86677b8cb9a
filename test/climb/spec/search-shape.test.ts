import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { changed, shortestFile } from '../made-search.ts';
import { problemsOf } from './made-problems.ts';

describe('problems of shape', () => {
  type Row = [what: string, path: string, value: unknown, piece: string];
  const rows: Row[] = [
    ['an unknown version', 'version', 2, 'expected 1, got 2'],
    ['a version as text', 'version', '1', 'expected 1, got "1"'],
    ['an unknown key', 'budgt', {}, 'unknown field'],
    [
      'an unknown key, nested',
      'clusters.merge.targt',
      8,
      'known here: method, target, threshold, weighted, minimumTokens',
    ],
    ['a key __proto__', 'constraints.bounds.__proto__', { lower: 1 }, 'not a name that a field can have'],
    ['a negative seed', 'seed', -1, 'got -1'],
    ['a seed over 2^53 - 1', 'seed', 2 ** 53, '<=9007199254740991'],
    ['NaN as text', 'seed', 'NaN', 'expected number, got "NaN"'],
    ['NaN', 'proxy.learningRate', NaN, 'got NaN'],
    ['Infinity', 'budget.deviceHours', Infinity, 'got Infinity'],
    ['a number as text', 'budget.proxies', '24', 'expected number, got "24"'],
    ['null for a part', 'clusters', null, 'expected object, got null'],
    ['a number for a part', 'verify', 3, 'expected object, got 3'],
    ['a list for a part', 'corpus', [], 'expected object, got []'],
    ['an empty corpus path', 'corpus.path', '', '>=1 characters'],
    ['a path that is half a character', 'corpus.path', 'a\ud800', 'surrogate'],
    ['a path of 5000 characters', 'corpus.path', 'x'.repeat(5000), '<=4096'],
    ['an unknown format', 'corpus.format', 'csv', '"auto"|"jsonl"|"parquet"|"text"'],
    ['no source', 'corpus.sources', [], '>=1 items'],
    ['a source without a path', 'corpus.sources', [{ name: 'web' }], 'got nothing'],
    ['more than half held out', 'corpus.heldOut', 0.6, '<=0.5'],
    ['documents split into crumbs', 'corpus.maxCharacters', 10, '>=200'],
    ['an unknown way to score quality', 'clusters.quality', { kind: 'llm' }, '"heuristics"|"endpoint"|"field"'],
    ['an unknown way to merge', 'clusters.merge.method', 'average', '"ward"|"centroid"'],
    ['a threshold of 0', 'clusters.merge.threshold', 0, '>0'],
    ['K under 2', 'clusters.initial', 1, '>=2, got 1'],
    ['a K that is no integer', 'clusters.initial', 2.5, 'expected int, got 2.5'],
    ['a K beyond 16 bits', 'clusters.initial', 65_535, '<=65534'],
    ['merging to one cluster', 'clusters.merge.target', 1, '>=2'],
    ['no task', 'tasks', [], '>=1 items'],
    ['65 tasks', 'tasks', Array.from({ length: 65 }, (_, at) => ({ name: `t${at}` })), '<=64'],
    ['a nameless task', 'tasks.0', {}, 'got nothing'],
    ['an unknown metric', 'tasks.0', { name: 'piqa', metric: 'f1' }, '"bitsPerByte"|"accuracy"|"accuracyNorm"'],
    ['an unknown split', 'tasks.0', { name: 'piqa', split: 'train' }, '"validation"|"test"'],
    ['a task of no weight', 'tasks.0', { name: 'piqa', weight: 0 }, '>0'],
    ['a task of nine items', 'tasks.0', { name: 'piqa', items: 9 }, '>=10'],
    ['an unknown proxy preset', 'proxy.preset', 'huge', '"cpu-demo"|"cpu"'],
    ['an unknown search preset', 'search.preset', 'best', 'expected one of "default"|"paper"|"nemo-recipe"'],
    ['an unknown embedding', 'embedding.kind', 'bert', '"lsa"|"endpoint"|"hf-inference"|"precomputed"'],
    ['a learning rate of 0', 'proxy.learningRate', 0, '>0'],
    ['no tokens', 'proxy.tokens', 0, '>=1'],
    ['a program instead of a trainer profile', 'proxy.trainer', ['sh', '-c', 'id'], 'expected string'],
    ['no iterations', 'search.iterations', 0, '>=1'],
    ['a first batch of one', 'search.first', 1, '>=2'],
    ['an empty batch', 'search.batch', 0, '>=1'],
    ['too few candidates', 'search.candidates', 99, '>=100'],
    ['an empty schedule', 'search.schedule', [], '>=1 items'],
    ['an unknown sampler', 'search.sampler', 'sobol', '"space-filling"|"dirichlet"|"nemo-recipe"'],
    ['an unknown predictor', 'search.predictor', 'mlp', '"auto"|"gaussian-process"'],
    ['an unknown proposal', 'search.proposal', 'thompson', '"expected-improvement"|"confidence-bound"|"random-of-top"'],
    ['a temperature of 0', 'search.temperature', 0, '>0'],
    ['a strength of 0', 'search.strength', { minimum: 0, maximum: 1 }, '>0'],
    ['exploring backwards', 'search.explore', -1, '>=0'],
    ['to stop at a number', 'search.stop', { gain: 0.1 }, 'got 0.1'],
    ['a pin over 1', 'constraints.pinned', { web: 1.1 }, '<=1'],
    ['an empty group', 'constraints.groups', { web: { clusters: [] } }, '>=1 items'],
    ['a negative divergence', 'constraints.divergence', -1, '>=0'],
    ['a bound under 0', 'constraints.bounds', { web: { lower: -0.1 } }, '>=0'],
    ['a bound over 1', 'constraints.bounds', { web: { upper: 1.1 } }, '<=1'],
    ['no epochs', 'constraints.maxEpochs', 0, '>0'],
    ['0 proxies', 'budget.proxies', 0, '>=1, got 0'],
    ['half a proxy', 'budget.proxies', 24.5, 'expected int'],
    ['a budget of 0 tokens', 'budget.trainTokens', 0, '>=1'],
    ['a budget of 0 hours', 'budget.deviceHours', 0, '>0'],
    ['no concurrency', 'budget.concurrency', 0, '>=1'],
    ['a deadline in words', 'budget.deadline', 'tomorrow', 'ISO datetime'],
    ['a deadline without a time zone', 'budget.deadline', '2027-01-01T00:00:00', 'ISO datetime'],
    ['a deadline on 30 February', 'budget.deadline', '2027-02-30T00:00:00Z', 'ISO datetime'],
    ['one seed to verify with', 'verify.seeds', 1, '>=2'],
    ['no candidates', 'verify.candidates', 0, '>=1'],
    ['no baselines', 'verify.baselines', [], '>=1 items'],
    ['an unknown baseline', 'verify.baselines', ['doremi'], '"uniform"|"proportional"|"ngram"'],
    ['an efficiency of everything', 'verify.efficiency', [0.5, 1], '<1'],
    ['an unknown interval', 'verify.interval', 'normal', '"bootstrap"|"student"'],
    ['a target of no tokens', 'target.tokens', 0, '>=1'],
    ['a trunk of no tokens', 'proxy.warmStart', { tokens: 0 }, '>=1, got 0'],
    ['a checkpoint without a tokenizer', 'proxy.warmStart', { checkpoint: 'a' }, '{checkpoint, tokenizer} names one'],
    ['a trunk and a checkpoint', 'proxy.warmStart', { tokens: 9, checkpoint: 'a', tokenizer: 'b' }, 'got {"tokens":9,'],
    ['an empty ladder', 'verify.ladder', [], '>=1 items'],
    [
      'a rung without layers',
      'verify.ladder.0',
      { width: 128 },
      '{width, layers, heads?, tokens?}, or {preset, tokens?}',
    ],
  ];

  test.each(rows)('%s', (_, path, value, piece) => {
    // As from JSON, where __proto__ is a key like any other; NaN and Infinity don't survive there.
    const file =
      path === 'constraints.bounds.__proto__'
        ? (JSON.parse(
            `{"version":1,"corpus":{"path":"c"},"budget":{"proxies":24},"constraints":{"bounds":{"__proto__":{"lower":1}}}}`,
          ) as unknown)
        : changed(shortestFile, path, value);
    const problems = problemsOf(file);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path.startsWith(path)).toBe(true);
    expect(problems[0]?.message).toContain(piece);
  });

  test('an empty file lacks its three fields', () => {
    expect(problemsOf({}).map(({ path }) => path)).toEqual(['version', 'corpus', 'budget']);
  });

  test.each([[null], [undefined], [[]], ['search.json'], [7]])('%p is no search file', (file) => {
    expect(problemsOf(file)).toMatchObject([{ path: '(all of it)' }]);
  });

  test('all of them are told at once', () => {
    const paths = ['seed', 'clusters.initial', 'tasks', 'budget.proxies', 'verify.seeds'];
    const file = paths.reduce<unknown>((file, path) => changed(file, path, 'x'), shortestFile);
    expect(problemsOf(file).map(({ path }) => path)).toEqual(paths);
  });

  test('no JSON at all brings anything but a spec or a list of problems', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('', 'corpus', 'clusters', 'tasks', 'constraints.bounds'),
        (value, path) => {
          expect(Array.isArray(problemsOf(path === '' ? value : changed(shortestFile, path, value)))).toBe(true);
        },
      ),
    );
  });
});
