import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInput, type Problem } from '../../../climb/problem.ts';
import { parseSearchFile } from '../../../climb/spec/search-rules.ts';
import { changed, now, shortestFile } from '../made-search.ts';

function problemsOf(file: unknown): readonly Problem[] {
  try {
    parseSearchFile(file, now);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

test.each(['quickstart', 'gpu'])('the example %s is valid', (name) => {
  const example = new URL(`../../../examples/${name}.json`, import.meta.url);
  expect(problemsOf(JSON.parse(readFileSync(example, 'utf8')))).toEqual([]);
});

test('what an earlier version began with goes on, though a file that no mixture can satisfy is refused now', () => {
  const groups = { a: { clusters: ['c0000'], lower: 0.6 }, b: { clusters: ['c0001'], lower: 0.6 } };
  for (const change of [
    { constraints: { groups } },
    { search: { proposal: 'random-of-top', candidates: 100, top: 200 } },
    { search: { candidates: 1_000_000 }, budget: { proxies: 600 } },
  ]) {
    const file = { ...(shortestFile as object), ...change };
    expect(problemsOf(file)).toHaveLength(1);
    expect(() => parseSearchFile(file, now, { feasibility: false })).not.toThrow();
  }
});

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

describe('problems between fields', () => {
  type Row = [what: string, changes: Record<string, unknown>, path: string, piece: string];
  const later = '2026-08-02T00:00:00Z';
  const rows: Row[] = [
    [
      'fewer proxies than first batch and verification',
      { 'budget.proxies': 15 },
      'budget.proxies',
      'at least 16 are needed, got 15: 8 for the first batch and 8 for verification',
    ],
    [
      'candidates that the proxies do not reach',
      { 'verify.candidates': 16 },
      'budget.proxies',
      '(16 candidates + 2 baselines) × 2 seeds',
    ],
    ['iterations over the budget', { 'search.iterations': 4 }, 'search.iterations', 'the budget pays for 3, got 4'],
    [
      'a schedule that the budget does not reach',
      { 'search.schedule': [8, 8, 8] },
      'search.schedule',
      'its 3 iterations need 24 proxies, but 8 are reserved first and the budget pays for 16 in 2 iterations',
    ],
    [
      'more iterations than the schedule lists',
      { 'search.schedule': [8], 'search.iterations': 2 },
      'search.iterations',
      'got 2, but the schedule is [8]',
    ],
    ['a batch beside a schedule', { 'search.schedule': [8, 4], 'search.batch': 4 }, 'search.batch', 'would be ignored'],
    ['a first batch of one, listed', { 'search.schedule': [1, 4] }, 'search.schedule.0', 'begin with at least 2'],
    [
      'a temperature that nothing reads',
      { 'search.temperature': 0.5 },
      'search.temperature',
      'only sampler "dirichlet" and "nemo-recipe" reads it, got sampler "space-filling"',
    ],
    [
      'a top that nothing reads',
      { 'search.top': 100 },
      'search.top',
      'only proposal "random-of-top" reads it, got proposal "expected-improvement"',
    ],
    [
      'a top under the batch',
      { search: { proposal: 'random-of-top', top: 3 } },
      'search.top',
      'got 3, under the 4 mixtures of an iteration',
    ],
    [
      'fewer candidates than a batch takes',
      { search: { candidates: 100, batch: 200 }, 'budget.proxies': 1000 },
      'search.candidates',
      'got 100, under the 200 mixtures',
    ],
    [
      'a top of more than there are',
      { search: { proposal: 'random-of-top', candidates: 1000, top: 1001 } },
      'search.top',
      'got 1001, above the 1000 candidates that are ranked',
    ],
    [
      'more candidates than a thread can compare with all runs',
      { search: { candidates: 1_000_000 }, 'budget.proxies': 600 },
      'search.candidates',
      'would need 13.2 GB to choose among them, and may take 4; 303951 candidates would do',
    ],
    [
      'a top that would be a file of gigabytes',
      {
        search: { proposal: 'random-of-top', candidates: 1_000_000, top: 900_000 },
        'clusters.initial': 500,
        'clusters.merge.target': 200,
      },
      'search.top',
      '900000 of them kept to draw from',
    ],
    [
      'strengths the wrong way round',
      { search: { sampler: 'dirichlet', strength: { minimum: 5, maximum: 1 } } },
      'search.strength',
      'swap them',
    ],
    [
      'one strength for two ends',
      { search: { sampler: 'dirichlet', strength: { minimum: 1, maximum: 5, steps: 1 } } },
      'search.strength',
      'one step can’t reach both',
    ],
    [
      'n-grams for accuracy',
      { 'search.ngram': true, tasks: [{ name: 'csqa2', metric: 'accuracy' }] },
      'search.ngram',
      '"csqa2" is measured by accuracy',
    ],
    [
      'pinned weights over 1',
      { 'constraints.pinned': { c0000: 0.6, c0001: 0.5 } },
      'constraints.pinned',
      'the pinned weights add up to 1.1, but',
    ],
    [
      'all clusters pinned under 1',
      { 'clusters.merge.target': 2, 'constraints.pinned': { c0000: 0.3, c0001: 0.6 } },
      'constraints.pinned',
      'leave all 2 clusters 0.9 at most',
    ],
    [
      'a pin outside the bounds of its cluster',
      { 'constraints.pinned': { c0000: 0.3 }, 'constraints.bounds': { c0000: { upper: 0.2 } } },
      'constraints.pinned.c0000',
      'got 0.3, outside constraints.bounds.c0000',
    ],
    [
      'two groups that want more than there is',
      {
        'constraints.groups': {
          web: { clusters: ['c0000', 'c0001'], lower: 0.6 },
          code: { clusters: ['c0002', 'c0003'], lower: 0.5 },
        },
      },
      'constraints.groups',
      'the lower bounds of groups add up to 1.1',
    ],
    [
      'a group beside pins and bounds of others',
      {
        'constraints.pinned': { c0000: 0.3 },
        'constraints.bounds': { c0001: { lower: 0.3 } },
        'constraints.groups': { code: { clusters: ['c0002', 'c0003'], lower: 0.5 } },
      },
      'constraints.groups',
      'the pinned weights, lower bounds, lower bounds of groups add up to 1.1',
    ],
    [
      'a group under what its members have at least',
      {
        'constraints.pinned': { c0000: 0.3 },
        'constraints.groups': { code: { clusters: ['c0000', 'c0003'], upper: 0.2 } },
      },
      'constraints.groups.code.upper',
      'got 0.2, under the 0.3',
    ],
    [
      'a group of all clusters under 1',
      {
        'clusters.merge.target': 2,
        'constraints.groups': { all: { clusters: ['c0000', 'c0001'], upper: 0.5 } },
      },
      'constraints.groups',
      'leave all 2 clusters 0.5 at most',
    ],
    [
      'groups of which neither holds the other',
      {
        'constraints.groups': {
          web: { clusters: ['c0000', 'c0001'], lower: 0.1 },
          code: { clusters: ['c0001', 'c0002'], lower: 0.1 },
        },
      },
      'constraints.groups.code',
      'neither holds the other',
    ],
    [
      'a group the wrong way round',
      { 'constraints.groups': { web: { clusters: ['c0000', 'c0001'], lower: 0.5, upper: 0.4 } } },
      'constraints.groups.web',
      'swap them',
    ],
    [
      'a group with a cluster twice',
      { 'constraints.groups': { web: { clusters: ['c0000', 'c0000'], lower: 0.5 } } },
      'constraints.groups.web.clusters',
      '"c0000" stands there twice',
    ],
    [
      'a group of no cluster that can be',
      { 'constraints.groups': { web: { clusters: ['c0000', 'news'], lower: 0.5 } } },
      'constraints.groups.web.clusters.1',
      'no cluster can have this name, "news"',
    ],
    [
      'a pin for no cluster',
      { 'constraints.pinned': { news: 0.1 } },
      'constraints.pinned.news',
      'no cluster can have this name',
    ],
    [
      'fewer tokens than the least',
      { 'budget.trainTokens': 16 * 499_712 - 1 },
      'budget.trainTokens',
      `at least ${16 * 499_712} are needed (16 proxies × 499712 tokens)`,
    ],
    [
      'a deadline in the past',
      { 'budget.deadline': '2026-07-31T23:59:59Z' },
      'budget.deadline',
      'must lie in the future, got "2026-07-31T23:59:59Z" (now 2026-08-01T00:00:00.000Z)',
    ],
    [
      'a deadline now, in another time zone',
      { 'budget.deadline': '2026-08-01T02:00:00+02:00' },
      'budget.deadline',
      'must lie in the future',
    ],
    [
      'a baseline twice',
      { 'verify.baselines': ['uniform', 'uniform'] },
      'verify.baselines',
      '"uniform" stands there twice',
    ],
    [
      'a task twice',
      { tasks: [{ name: 'piqa' }, { name: 'piqa', split: 'test' }] },
      'tasks.1.name',
      '"piqa" stands there twice',
    ],
    [
      'metrics of different units',
      { tasks: [{ name: 'piqa' }, { name: 'csqa2', metric: 'accuracy' }] },
      'tasks.1.metric',
      '"accuracy" beside "bitsPerByte"',
    ],
    [
      'a report on the searched split',
      { report: { tasks: [{ name: 'sciq' }, { name: 'piqa' }] } },
      'report.tasks.1',
      '"piqa" validation is also what the search optimises',
    ],
    [
      'a report on the searched items under another name',
      { tasks: [{ name: 'mine', path: 'own.jsonl' }], report: { tasks: [{ name: 'other', path: 'own.jsonl' }] } },
      'report.tasks.0',
      'would flatter the recipe',
    ],
    [
      'tokens under one step',
      { 'proxy.tokens': 2047 },
      'proxy.tokens',
      'at least one step of 2048 tokens (batch 16 × context 128) is needed, got 2047',
    ],
    [
      'heads that do not divide the width',
      { 'proxy.model': { heads: 3 } },
      'proxy.model.heads',
      '3 heads must divide the width 64',
    ],
    [
      'a trunk under one step',
      { 'proxy.warmStart': { tokens: 100 } },
      'proxy.warmStart.tokens',
      'at least one step of 2048 tokens (batch 16 × context 128) is needed, got 100',
    ],
    [
      'a ladder without the length of the target run',
      { 'verify.ladder': [{ width: 128, layers: 4 }], 'budget.proxies': 40 },
      'verify.ladder',
      'a difference could be size or repetition; give target.tokens',
    ],
    [
      'a ladder that the proxies do not reach',
      { 'target.tokens': 2e10, 'verify.ladder': [{ width: 128, layers: 4 }], 'proxy.warmStart': { tokens: 4096 } },
      'budget.proxies',
      "at least 25 are needed, got 24: 8 for the first batch and 8 for verification ((2 candidates + 2 baselines) × 2 seeds), and the trunk's 4096 tokens, and 8 proxies on the ladder",
    ],
    [
      'a trunk that the tokens do not reach',
      { 'proxy.warmStart': { tokens: 1e8 }, 'budget.trainTokens': 1e8 },
      'budget.trainTokens',
      "those of the search and of verification take 499712 tokens, and the trunk's 99999744 tokens), got 100000000",
    ],
    [
      'a rung that is the proxy itself',
      { 'target.tokens': 2e10, 'verify.ladder': [{ width: 64, layers: 2 }], 'budget.proxies': 40 },
      'verify.ladder.0',
      '64 × 2 is what the search itself trains',
    ],
    [
      'a rung twice',
      {
        'target.tokens': 2e10,
        'verify.ladder': [128, 192, 128].map((width) => ({ width, layers: 4 })),
        'budget.proxies': 80,
      },
      'verify.ladder.2',
      '128 × 4 is named twice',
    ],
    [
      'a rung whose heads do not divide its width',
      { 'target.tokens': 2e10, 'verify.ladder': [{ width: 100, layers: 4 }], 'budget.proxies': 40 },
      'verify.ladder.0.heads',
      '3 heads must divide the width 100',
    ],
    [
      'a rung shorter than a step',
      { 'target.tokens': 2e10, 'verify.ladder': [{ width: 128, layers: 4, tokens: 5 }], 'budget.proxies': 40 },
      'verify.ladder.0.tokens',
      'at least one step of 2048 tokens (batch 16 × context 128) is needed, got 5',
    ],
    [
      'a rung longer than the target run',
      { 'target.tokens': 1e6, 'verify.ladder': [{ width: 128, layers: 4, tokens: 2e6 }], 'budget.proxies': 40 },
      'verify.ladder.0.tokens',
      "are more than the target run's 1000000",
    ],
    ['heads of odd width', { 'proxy.model': { heads: 64 } }, 'proxy.model.heads', 'even parts'],
    [
      'bounds the wrong way round',
      { 'constraints.bounds': { c0003: { lower: 0.6, upper: 0.5 } } },
      'constraints.bounds.c0003',
      'lower 0.6 is above upper 0.5',
    ],
    [
      'a bound for no cluster',
      { 'constraints.bounds': { news: { lower: 0.1 } } },
      'constraints.bounds.news',
      'no cluster can have this name',
    ],
    [
      'a bound for a cluster beyond the target',
      { 'constraints.bounds': { c0016: { lower: 0.1 } } },
      'constraints.bounds.c0016',
      'c0000 to c0015',
    ],
    [
      'upper bounds of all clusters under 1',
      { 'clusters.merge.target': 2, 'constraints.bounds': { c0000: { upper: 0.3 }, c0001: { upper: 0.6 } } },
      'constraints.bounds',
      'leave all 2 clusters 0.9 at most',
    ],
    ['hours that pay for nothing', { 'budget.deviceHours': 1e-9 }, 'budget.deviceHours', 'proxies take'],
    [
      'lower bounds over 1',
      { 'constraints.bounds': { c0000: { lower: 0.6 }, c0001: { lower: 0.5 } } },
      'constraints.bounds',
      'add up to 1.1',
    ],
    [
      'merging to more clusters than there are',
      { 'clusters.initial': 8 },
      'clusters.merge.target',
      "16 can't be reached from clusters.initial = 8",
    ],
  ];

  const fileWith = (changes: Record<string, unknown>) =>
    Object.entries(changes).reduce<unknown>((file, [path, value]) => changed(file, path, value), shortestFile);

  test.each(rows)('%s', (_, changes, path, piece) => {
    const problems = problemsOf(fileWith(changes));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(piece);
  });

  test('all of them are told at once', () => {
    const all = {
      'budget.proxies': 15,
      'budget.deadline': '2020-01-01T00:00:00Z',
      'proxy.tokens': 1,
      'clusters.initial': 8,
      'constraints.bounds': { c0000: { lower: 1, upper: 0.5 }, c0001: { lower: 0.5 } },
    };
    expect(problemsOf(fileWith(all)).map(({ path }) => path)).toEqual([
      'budget.proxies',
      'budget.deadline',
      'proxy.tokens',
      'constraints.bounds.c0000',
      'constraints.bounds',
      'clusters.merge.target',
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['just enough proxies', { 'budget.proxies': 16 }],
    ['just enough tokens', { 'budget.trainTokens': 16 * 499_712 }],
    ['all iterations that are paid for', { 'search.iterations': 3 }],
    ['a deadline tomorrow', { 'budget.deadline': later }],
    ['one step of tokens', { 'proxy.tokens': 2048 }],
    [
      'lower bounds that add up to 1 but for rounding',
      { 'constraints.bounds': { c0000: { lower: 0.7 }, c0001: { lower: 0.2 }, c0002: { lower: 0.1 } } },
    ],
    [
      'known domains by any name',
      { 'clusters.field': 'domain', 'constraints.bounds': { toString: { lower: 0.1 }, constructor: { upper: 0.5 } } },
    ],
    ['pins of a third', { 'constraints.pinned': { c0000: 1 / 3, c0001: 1 / 3, c0002: 1 / 3 } }],
    [
      'a group that holds what is pinned in it, and another within',
      {
        'constraints.pinned': { c0000: 0.4 },
        'constraints.groups': {
          web: { clusters: ['c0000', 'c0001', 'c0002'], lower: 0.6 },
          news: { clusters: ['c0001', 'c0002'], lower: 0.6 },
        },
      },
    ],
    ['a million candidates drawn from at random', { search: { preset: 'paper', candidates: 1_000_000 } }],
    ['large batches of the usual candidates', { search: { batch: 2000 }, 'budget.proxies': 5000 }],
    ['another split of a searched task as the report', { report: { tasks: [{ name: 'piqa', split: 'test' }] } }],
    ['as many clusters before merging as after', { 'clusters.initial': 16 }],
  ])('%s is accepted', (_, changes) => {
    expect(problemsOf(fileWith(changes))).toEqual([]);
  });
});
