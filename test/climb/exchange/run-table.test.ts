import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { repositoryRoot } from '../../../adapters/home.ts';
import { parseRunTable, runTableFiles, type RunTable, type TableFormat } from '../../../climb/exchange/run-table.ts';

const names = { mixtures: 'mixture.csv', losses: 'loss.csv' };
const read = (mixtures: string, losses: string, format: TableFormat = 'regmix') =>
  parseRunTable(format, { mixtures, losses }, names);

const table: RunTable = {
  domains: ['sea', 'sky, high'],
  targets: ['piqa', 'arc_easy'],
  runs: [
    { id: '1', weights: [0.25, 0.75], losses: [2.5, 3.125] },
    { id: '2', weights: [1, 0], losses: [2.25, 3] },
  ],
};

test('a RegMix table: the losses may stand in another order', () => {
  const mixtures = 'index,sea,"sky, high"\n1,0.25,0.75\n2,1,0\n';
  expect(read(mixtures, 'index,piqa,arc_easy\n2,2.25,3\n1,2.5,3.125\n')).toEqual(table);
});

test.each(['run', 'run_id'])('an Olmix table names its runs in %s, and for people in name', (id) => {
  const mixtures = `${id},name,index,sea,"sky, high"\n1,first,0,0.25,0.75\n2,second,1,1,0\n`;
  expect(read(mixtures, `name,${id},piqa,arc_easy\nfirst,1,2.5,3.125\nsecond,2,2.25,3\n`, 'olmix')).toEqual(table);
});

describe.each<TableFormat>(['regmix', 'olmix'])('%s', (format) => {
  test('import of the export is the table', () => {
    const name = fc.stringMatching(/^[a-z][a-z ,"/_-]{2,12}$/).filter((text) => !/^\s|\s$/.test(text));
    const tables = fc
      .record({
        domains: fc.uniqueArray(
          name.map((text) => `d ${text}`.trim()),
          { minLength: 1, maxLength: 4 },
        ),
        targets: fc.uniqueArray(
          name.map((text) => `t ${text}`.trim()),
          { minLength: 1, maxLength: 3 },
        ),
        ids: fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 5 }),
      })
      .chain(({ domains, targets, ids }) =>
        fc.record({
          domains: fc.constant(domains),
          targets: fc.constant(targets),
          runs: fc.tuple(
            ...ids.map((id) =>
              fc.record({
                id: fc.constant(String(id)),
                weights: fc
                  .array(fc.nat(1000), { minLength: domains.length, maxLength: domains.length })
                  .map(([first = 0, ...rest]) => {
                    const parts = [first + 1, ...rest];
                    const total = parts.reduce((sum, part) => sum + part, 0);
                    return parts.map((part) => part / total);
                  }),
                losses: fc.array(
                  fc.double({ min: -10, max: 10, noNaN: true }).map((x) => x + 0),
                  {
                    minLength: targets.length,
                    maxLength: targets.length,
                  },
                ),
              }),
            ),
          ),
        }),
      );
    fc.assert(
      fc.property(tables, (any) => {
        expect(parseRunTable(format, runTableFiles(format, any), names)).toEqual(any);
      }),
      { numRuns: 50 },
    );
  });
});

const sound = 'index,a,b\n1,0.5,0.5\n2,1,0\n';
const losses = 'index,t\n1,2\n2,3\n';

test.each([
  ['a run twice', 'index,a,b\n1,0.5,0.5\n1,1,0\n2,1,0\n', losses, 'mixture.csv: run 1 is there twice'],
  ['NaN', sound, 'index,t\n1,NaN\n2,3\n', 'loss.csv: run 1, column "t": got "NaN"'],
  ['an empty cell', sound, 'index,t\n1,\n2,3\n', 'loss.csv: run 1, column "t": got ""'],
  ['infinity', sound, 'index,t\n1,Infinity\n2,3\n', 'where a finite number belongs'],
  ['words', sound, 'index,t\n1,bad\n2,3\n', 'got "bad"'],
  ['a negative weight', 'index,a,b\n1,1.5,-0.5\n2,1,0\n', losses, 'mixture.csv: run 1: got a weight of -0.5'],
  ['a sum that isn’t 1', 'index,a,b\n1,0.5,0.4\n2,1,0\n', losses, 'run 1: got weights that sum to 0.9'],
  ['a run without losses', sound, 'index,t\n1,2\n', 'mixture.csv: run 2 is not in loss.csv'],
  ['losses without a run', sound, 'index,t\n1,2\n2,3\n9,1\n', 'loss.csv: run 9 is not in mixture.csv'],
  ['no index', 'a,b\n0.5,0.5\n', losses, 'no column "index" to name the runs'],
  ['no domain', 'index\n1\n2\n', losses, 'no column beside "index"'],
  ['no run', 'index,a\n', 'index,t\n', 'no run in it'],
])('%s is refused, and said where', (_, mixtures, scores, message) => {
  expect(() => read(mixtures, scores)).toThrow(message);
});

test('what is said of an Olmix table names both columns', () => {
  expect(() => read('id,a\n1,1\n', 'run,t\n1,2\n', 'olmix')).toThrow('no column "run_id" or "run"');
});

const published = join(repositoryRoot, '..', 'shared', 'data', 'regmix');
(existsSync(published) ? test : test.skip)('the published tables are read whole', () => {
  const text = (file: string) => readFileSync(join(published, file), 'utf8');
  const { domains, targets, runs } = read(text('train_mixture_1m.csv'), text('train_pile_loss_1m.csv'));
  expect([domains.length, targets.length, runs.length]).toEqual([17, 13, 512]);
  expect(domains[0]).toBe('train_the_pile_arxiv');
  expect(read(text('test_mixture_1m.csv'), text('test_pile_loss_1m.csv')).runs).toHaveLength(256);
});
