import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EvidenceFiles } from '../../adapters/evidence-files.ts';
import { place, scratch } from './scratch.ts';

const root = scratch();
const elsewhere = scratch();
const files = new EvidenceFiles([root]);
const mixtures = 'index,a,b\n1,0.5,0.5\n';
const losses = 'index,t\n1,2\n';

test('RegMix’s files are told by their names; a test split is a table of its own', async () => {
  await place(join(root, 'both', 'train_mixture_1m.csv'), mixtures);
  await place(join(root, 'both', 'train_pile_loss_1m.csv'), losses);
  await place(join(root, 'both', 'test_mixture_1m.csv'), 'index,a,b\n1,1,0\n');
  await place(join(root, 'both', 'test_pile_loss_1m.csv'), 'index,t\n1,3\n');
  await place(join(root, 'both', 'README.md'), 'not a table');
  const tables = await files.read('both', 'regmix');
  expect(tables.map(({ runs }) => runs)).toEqual([
    [{ id: '1', weights: [0.5, 0.5], losses: [2] }],
    [{ id: '1', weights: [1, 0], losses: [3] }],
  ]);
});

test.each([
  [
    'two sizes of proxies',
    { 'train_mixture_1m.csv': mixtures, 'train_mixture_60m.csv': mixtures, 'train_loss.csv': losses },
    'has 2 files of mixtures',
  ],
  ['mixtures alone', { 'train_mixture.csv': mixtures }, '1 files of mixtures (train_mixture.csv) and 0 of losses'],
  ['nothing', { 'notes.txt': '' }, "has no table in regmix's layout; it has notes.txt"],
])('%s is refused', async (name, content, message) => {
  for (const [file, text] of Object.entries(content)) await place(join(root, name, file), text);
  await expect(files.read(name, 'regmix')).rejects.toThrow(message);
});

test('a folder outside the roots is refused', async () => {
  await expect(files.read('/usr', 'olmix')).rejects.toThrow('outside the folders this worker may read');
});

test('a table that is a link out of the roots is refused, and nothing of what it names is told', async () => {
  const outside = await place(join(elsewhere, 'secret.csv'), 'index,secret\n');
  await place(join(root, 'linked', 'metrics.csv'), losses);
  await symlink(outside, join(root, 'linked', 'ratios.csv'));
  const refusal = files.read('linked', 'olmix');
  await expect(refusal).rejects.toMatchObject({ name: 'RefusedPath', message: expect.stringContaining('outside') });
  await expect(refusal).rejects.not.toThrow('index,secret');
});
