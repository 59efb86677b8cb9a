import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseSearchFile } from '../../../climb/spec/search-rules.ts';
import { now, shortestFile } from '../made-search.ts';
import { fileWith, problemsOf } from './made-problems.ts';

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
    ['hours that pay for nothing', { 'budget.deviceHours': 1e-9 }, 'budget.deviceHours', 'proxies take'],
    [
      'merging to more clusters than there are',
      { 'clusters.initial': 8 },
      'clusters.merge.target',
      "16 can't be reached from clusters.initial = 8",
    ],
  ];

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
