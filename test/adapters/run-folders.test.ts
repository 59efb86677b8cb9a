import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { RunFolders } from '../../adapters/run-folders.ts';
import { filesBelow, place, scratch } from './scratch.ts';

const folder = scratch();
const runs = new RunFolders(folder);

test('a run has a folder of its own, kept until it is removed', async () => {
  await place(runs.path('k1', 'result.json'), '{"members":[]}');
  await place(runs.path('k1', 'checkpoints/1/state.json'), '{}');
  await place(runs.path('k2', 'manifest.json'), '{"tokens":3}');
  expect(await runs.readResult('k1')).toEqual({ members: [] });
  expect(await runs.readResult('k2', 'manifest.json')).toEqual({ tokens: 3 });
  expect(runs.path('k1')).toBe(join(folder, 'k1'));
  await runs.remove('k1');
  await runs.remove('k1');
  expect(await filesBelow(folder)).toEqual(['k2/manifest.json']);
  await expect(runs.readResult('k1')).rejects.toThrow('ENOENT');
});
