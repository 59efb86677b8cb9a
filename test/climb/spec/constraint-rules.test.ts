import { expect, test } from '@jest/globals';
import { fileWith, problemsOf } from './made-problems.ts';

type Row = [what: string, changes: Record<string, unknown>, path: string, piece: string];
const rows: Row[] = [
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
  [
    'lower bounds over 1',
    { 'constraints.bounds': { c0000: { lower: 0.6 }, c0001: { lower: 0.5 } } },
    'constraints.bounds',
    'add up to 1.1',
  ],
];

test.each(rows)('%s', (_, changes, path, piece) => {
  const problems = problemsOf(fileWith(changes));
  expect(problems.map((problem) => problem.path)).toEqual([path]);
  expect(problems[0]?.message).toContain(piece);
});
