import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { commitIteration } from '../../activities/commit-iteration.ts';
import { filesBelow, scratch } from '../adapters/scratch.ts';
import { smallSpec } from '../climb/made-recipe.ts';
import { stored } from './made-search-artifacts.ts';
import { perform, worldIn } from './made-world.ts';

const folder = scratch();
const deps = worldIn(folder);
const commit = commitIteration(deps);

test('a snapshot has all that it takes to go on elsewhere, and committing it again changes nothing', async () => {
  const refs = await stored(deps);
  const input = { search: '../odd name', spec: smallSpec, iteration: 2, ...refs };
  const made = await perform(commit, input);
  expect(made.summary).toEqual({ iteration: 2 });
  const snapshot = { schema: 1, kind: 'snapshot', spec: smallSpec, iteration: 2, ...refs };
  expect(await deps.store.readJson(made.ref)).toEqual(snapshot);
  const path = deps.searches.path('../odd name', 'iterations/2.json');
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(snapshot);

  const before = await filesBelow(folder);
  expect(await Promise.all([perform(commit, input), perform(commit, input)])).toEqual([made, made]);
  expect(await filesBelow(folder)).toEqual(before);
  expect(before.filter((file) => file.startsWith('searches'))).toHaveLength(1);
  expect(path.startsWith(join(folder, 'searches') + '/')).toBe(true);
});

test('the name of the search is not part of the snapshot: equal searches share it', async () => {
  const input = { spec: smallSpec, iteration: 1, ...(await stored(deps)) };
  expect(await perform(commit, { ...input, search: 'a' })).toEqual(await perform(commit, { ...input, search: 'b' }));
});
