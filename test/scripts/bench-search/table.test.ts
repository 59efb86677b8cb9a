import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pooled, readTable, targetsOf } from '../../../scripts/bench/search/table.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'climb-table-'))));
afterEach(() => rm(folder, { recursive: true }));

const mixtures = 'index,a,b,c\n1,0.5,0.3,0.2\n2,0.1,0.1,0.8\n3,0,1,0\n';
const losses = 'index,x_loss,y_loss\n3,3,30\n1,1,10\n2,2,20\n';

async function write(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const train = { 'train_mixture_1m.csv': mixtures, 'train_pile_loss_1m.csv': losses };

test('rows are joined on index, whatever their order', async () => {
  const table = await readTable(await write(train));
  expect(table.domains).toEqual(['a', 'b', 'c']);
  expect(table.targets).toEqual(['x_loss', 'y_loss']);
  expect(table.train).toEqual([
    { mixture: [0.5, 0.3, 0.2], losses: [1, 10] },
    { mixture: [0.1, 0.1, 0.8], losses: [2, 20] },
    { mixture: [0, 1, 0], losses: [3, 30] },
  ]);
  expect(table.test).toEqual([]);
});

test('the splits’ indices overlap and stay apart', async () => {
  const table = await readTable(
    await write({
      ...train,
      'test_mixture_1m.csv': 'index,a,b,c\n1,1,0,0\n',
      'test_pile_loss_1m.csv': 'index,x_loss,y_loss\n1,9,90\n',
    }),
  );
  expect(table.train).toHaveLength(3);
  expect(table.test).toEqual([{ mixture: [1, 0, 0], losses: [9, 90] }]);
  expect(pooled(table)).toHaveLength(4);
});

test('one split of any name will do, also a test split alone', async () => {
  const plain = await readTable(await write({ 'mixture.csv': mixtures, 'loss.csv': losses }));
  expect(plain.train).toHaveLength(3);
  await rm(folder, { recursive: true });
  await mkdir(folder);
  const alone = await readTable(await write({ 'test_mixture.csv': mixtures, 'test_loss.csv': losses }));
  expect(alone.train).toHaveLength(3);
  expect(alone.test).toEqual([]);
});

test('a name with both words is told by the last: train_mixture_loss.csv has losses', async () => {
  const table = await readTable(await write({ 'train_mixture.csv': mixtures, 'train_mixture_loss.csv': losses }));
  expect(table.targets).toEqual(['x_loss', 'y_loss']);
});

test('weights are renormalised: published rows sum to .996–1.003', async () => {
  const table = await readTable(
    await write({ 'mixture.csv': 'index,a,b\n1,0.498,0.498\n2,0.75,0.253\n', 'loss.csv': 'index,x\n1,1\n2,2\n' }),
  );
  expect(table.train[0]?.mixture).toEqual([0.5, 0.5]);
  expect(table.train[1]?.mixture.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
});

test('a byte-order mark, Windows line ends and empty lines are none of the numbers', async () => {
  const table = await readTable(
    await write({ 'mixture.csv': '\uFEFFindex,a,b\r\n1, 1,0\r\n\r\n', 'loss.csv': 'index,x\r\n1,1e-3\r\n' }),
  );
  expect(table.train).toEqual([{ mixture: [1, 0], losses: [0.001] }]);
});

test('runs of one mixture are one candidate, with the mean of their losses', async () => {
  const table = await readTable(
    await write({ 'mixture.csv': 'index,a,b\n1,1,0\n2,0,1\n3,1,0\n', 'loss.csv': 'index,x\n1,1\n2,5\n3,2\n' }),
  );
  expect(pooled(table)).toEqual([
    { mixture: [1, 0], losses: [1.5] },
    { mixture: [0, 1], losses: [5] },
  ]);
});

const without = (text: string, line: number) =>
  text
    .split('\n')
    .filter((_, at) => at !== line)
    .join('\n');

describe('a bad table is refused with file, row and reason', () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['no files', {}, /no \*mixture\*\.csv with a \*loss\*\.csv \(it has no CSV files\)/],
    ['no losses', { 'train_mixture.csv': mixtures }, /train_mixture\.csv has no \*loss\*\.csv of the same split/],
    ['no mixtures', { 'train_loss.csv': losses }, /train_loss\.csv has no \*mixture\*\.csv of the same split/],
    ['two sizes', { ...train, 'train_mixture_60m.csv': mixtures }, /2 train files of kind mixture/],
    [
      'duplicate index',
      { 'mixture.csv': `${mixtures}1,0,0,1\n`, 'loss.csv': losses },
      /mixture\.csv: index 1 is there twice/,
    ],
    ['duplicate column', { 'mixture.csv': 'index,a,a\n1,0,1\n', 'loss.csv': losses }, /column a is there twice/],
    [
      'NaN',
      { 'mixture.csv': mixtures, 'loss.csv': losses.replace('2,20', '2,nan') },
      /index 2, column y_loss: got "nan"/,
    ],
    [
      'an empty cell',
      { 'mixture.csv': mixtures, 'loss.csv': losses.replace('2,20', '2,') },
      /index 2, column y_loss: got ""/,
    ],
    [
      'a short row',
      { 'mixture.csv': mixtures, 'loss.csv': losses.replace('2,20', '2') },
      /index 2: got 1 values for 2 columns/,
    ],
    [
      'a run without losses',
      { 'mixture.csv': mixtures, 'loss.csv': without(losses, 1) },
      /has a run 3 that .*loss\.csv hasn't/,
    ],
    [
      'losses without a run',
      { 'mixture.csv': without(mixtures, 2), 'loss.csv': losses },
      /has a run 2 that .*mixture\.csv hasn't/,
    ],
    [
      'weights that don’t sum to 1',
      { 'mixture.csv': mixtures.replace('0.5', '0.9'), 'loss.csv': losses },
      /run 1: got weights that sum to 1\.4/,
    ],
    [
      'a negative weight',
      { 'mixture.csv': mixtures.replace('0.5,0.3', '0.9,-0.1'), 'loss.csv': losses },
      /run 1: got a weight of -0\.1/,
    ],
    ['no index', { 'mixture.csv': mixtures.replace('index', 'id'), 'loss.csv': losses }, /header must be `index`/],
    ['no rows', { 'mixture.csv': 'index,a\n', 'loss.csv': 'index,x\n' }, /has no rows/],
    [
      'other domains in the test split',
      { ...train, 'test_mixture.csv': mixtures.replace('a,b', 'b,a'), 'test_loss.csv': losses },
      /different domains, or in another order/,
    ],
  ])('%s', async (_, files, message) => {
    await expect(write(files).then(readTable)).rejects.toThrow(message);
  });

  test('no folder', async () => {
    await expect(readTable(join(folder, 'nowhere'))).rejects.toThrow(/is no folder that can be read/);
  });
});

describe('--target', () => {
  const targets = ['metric/cc_loss', 'metric/cc_abstracts_loss', 'metric/github_loss', 'cc'];

  test.each([
    ['avg', [0, 1, 2, 3]],
    ['metric/cc_loss', [0]],
    ['GitHub', [2]],
    ['GitHub-loss', [2]],
    // An exact name is meant even where others contain it.
    ['cc', [3]],
  ])('%s', (wanted, indices) => {
    expect(targetsOf({ targets }, wanted)).toEqual(indices);
  });

  test('a part of several names, or of none, is refused with the names', () => {
    expect(() => targetsOf({ targets }, 'metric')).toThrow(/3 targets have it in their names/);
    expect(() => targetsOf({ targets }, 'books')).toThrow(/no target has this in its name. Try: avg, or one of metric/);
  });
});
