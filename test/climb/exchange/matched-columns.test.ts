import { expect, test } from '@jest/globals';
import { matchColumns, type Axes } from '../../../climb/exchange/matched-columns.ts';
import type { RunTable } from '../../../climb/exchange/run-table.ts';

const axes: Axes = {
  clusters: [
    { cluster: 'c0000', label: 'law, court' },
    { cluster: 'c0001', label: 'cells' },
    { cluster: 'c0002', label: 'goals' },
  ],
  tasks: ['piqa', 'sciq (test)'],
};

const tableOf = (changes: Partial<RunTable> = {}): RunTable => ({
  domains: ['cells', 'c0000', 'goals'],
  targets: ['sciq (test)', 'other', 'piqa'],
  runs: [{ id: '1', weights: [0.2, 0.5, 0.3], losses: [1, 2, 3] }],
  ...changes,
});

test('columns are matched by id or label and put in the order of the search; other losses are left out', () => {
  expect(matchColumns(tableOf(), axes, 't')).toEqual([{ id: '1', weights: [0.5, 0.2, 0.3], losses: [3, 1] }]);
});

test("RegMix's prefixes are known", () => {
  const table = tableOf({
    domains: ['train_cells', 'train_c0000', 'train_goals'],
    targets: ['metric/sciq (test)', 'x', 'metric/piqa'],
  });
  expect(matchColumns(table, axes, 't')).toEqual([{ id: '1', weights: [0.5, 0.2, 0.3], losses: [3, 1] }]);
});

test('a cluster without a column had no weight, and a column of zeros may be anything', () => {
  const table = tableOf({ domains: ['cells', 'mars'], runs: [{ id: '1', weights: [1, 0], losses: [1, 2, 3] }] });
  expect(matchColumns(table, axes, 't')[0]?.weights).toEqual([0, 1, 0]);
});

test('published rounding is put right: weights sum to 1 and are whole parts', () => {
  const table = tableOf({ runs: [{ id: '1', weights: [0.2, 0.5, 0.297], losses: [1, 2, 3] }] });
  const [run] = matchColumns(table, axes, 't');
  expect(run?.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(run?.weights).toEqual([0.501504, 0.200602, 0.297894]);
});

test('losses may be called by other names', () => {
  const columns = { other: 'sciq (test)' };
  expect(matchColumns(tableOf(), { ...axes, columns }, 't')[0]?.losses).toEqual([3, 2]);
});

test.each<[string, Partial<RunTable>, Partial<Axes>, string]>([
  [
    'a column with weight that is no cluster',
    { domains: ['cells', 'c0000', 'mars'] },
    {},
    'column "mars" is no cluster',
  ],
  [
    'two columns for a cluster',
    { domains: ['cells', 'c0001', 'goals'] },
    {},
    '"cells" and "c0001" are both cluster c0001',
  ],
  [
    'a label that two clusters have',
    {},
    { clusters: [...axes.clusters, { cluster: 'c0003', label: 'goals' }] },
    'column "goals" is the label of 2 clusters (c0002, c0003)',
  ],
  ['a task without losses', { targets: ['piqa', 'a', 'b'] }, {}, 'no column for the task "sciq (test)"'],
  ['a column that isn’t there', {}, { columns: { lost: 'piqa' } }, 'no column "lost" of losses'],
  ['a task that isn’t there', {}, { columns: { other: 'lost' } }, '"other" stands for "lost", which is no task'],
])('%s is refused', (_, table, other, message) => {
  expect(() => matchColumns(tableOf(table), { ...axes, ...other }, 'my table')).toThrow(message);
  expect(() => matchColumns(tableOf(table), { ...axes, ...other }, 'my table')).toThrow('my table: ');
});
