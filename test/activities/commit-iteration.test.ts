import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { findSnapshot } from '../../activities/branch/find-snapshot.ts';
import { commitIteration, type CommitIterationInput } from '../../activities/commit-iteration.ts';
import { keptSearch } from '../../adapters/kept-searches.ts';
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
  const names = before.filter((file) => file.startsWith('searches')).map((file) => file.split('/').slice(2).join('/'));
  expect(names.sort()).toEqual(['iterations/2.json', 'run.json']);
  expect(await deps.searches.earlierRuns('../odd name')).toEqual([]);
  expect(path.startsWith(join(folder, 'searches') + '/')).toBe(true);
});

test('the name of the search is not part of the snapshot: equal searches share it', async () => {
  const input = { spec: smallSpec, iteration: 1, ...(await stored(deps)) };
  expect(await perform(commit, { ...input, search: 'a' })).toEqual(await perform(commit, { ...input, search: 'b' }));
});

describe('an id that is used again', () => {
  const search = 'used again';
  const world = worldIn(join(folder, 'again'));
  const files = async () => (await filesBelow(join(folder, 'again', 'searches', 'used%20again'))).sort();
  /** Commits an iteration as a run of that id would. */
  const commitIn = async (runId: string, iteration: number, more: Partial<CommitIterationInput> = {}) => {
    const input = { search, spec: smallSpec, iteration, ...(await stored(world)), ...more };
    return new MockActivityEnvironment({ workflowExecution: { workflowId: search, runId } }).run(
      commitIteration(world),
      input,
    );
  };
  const end = async (text: string) => {
    for (const file of ['recipe.json', 'report.md', 'search.json']) await world.searches.write(search, file, text);
  };

  test('what a run of an earlier version left, which says nothing of its run, is set aside', async () => {
    for (const at of [0, 1, 2]) await world.searches.write(search, `iterations/${at}.json`, 'old');
    await end('old');
    await commitIn('run-1', 0);
    const aside = [
      'iterations/0.json',
      'iterations/1.json',
      'iterations/2.json',
      'recipe.json',
      'report.md',
      'search.json',
    ];
    expect(await files()).toEqual([
      ...aside.map((file) => `earlier/before-run-1/${file}`),
      'iterations/0.json',
      'run.json',
    ]);
  });

  test('a run that continues another keeps its iterations', async () => {
    await commitIn('run-1', 1);
    await commitIn('run-2', 2);
    await commitIn('run-2', 2);
    await commitIn('run-2', 3);
    expect(await world.searches.iterations(search)).toEqual([0, 1, 2, 3]);
    await end('second');
  });

  test('one that was reset keeps those before, and sets aside what came after', async () => {
    await commitIn('run-3', 2);
    expect(await world.searches.iterations(search)).toEqual([0, 1, 2]);
    expect((await files()).filter((file) => file.startsWith('earlier/run-2/'))).toEqual(
      ['iterations/2.json', 'iterations/3.json', 'recipe.json', 'report.md', 'search.json'].map(
        (file) => `earlier/run-2/${file}`,
      ),
    );
    expect(await world.searches.read(search, 'earlier/run-2/recipe.json')).toBe('second');
  });

  test('an attempt of a run that others have continued by now changes nothing; one of a reset run does', async () => {
    const after = (...runsBefore: string[]) => ({ runsBefore });
    await commitIn('run-3b', 3, after('run-3'));
    await commitIn('run-3c', 4, after('run-3', 'run-3b'));
    await end('third');
    const before = await files();
    expect(await commitIn('run-3b', 3, after('run-3'))).toMatchObject({ summary: { iteration: 3 } });
    expect(await files()).toEqual(before);
    expect(await world.searches.read(search, 'recipe.json')).toBe('third');
    // Of the second run, in which a search that had continued twice was reset.
    await commitIn('run-3d', 3, after('run-3'));
    expect(await world.searches.iterations(search)).toEqual([0, 1, 2, 3]);
    expect(await world.searches.read(search, 'earlier/run-3c/recipe.json')).toBe('third');
  });

  test('a branch under the id begins with what it has itself', async () => {
    const { sha256 } = (await stored(world)).domainSet;
    await world.searches.write(search, 'domain-set.json', 'old');
    // The parent's id was used again: its own clusters lie aside by now.
    await world.searches.write('parent', 'domain-set.json', 'other clusters');
    await world.searches.write('parent', 'earlier/run-0/domain-set.json', sha256);
    const carried = { branch: { iteration: 1 } } as unknown as NonNullable<CommitIterationInput['carried']>;
    await commitIn('run-4', 1, { carried, clustersOf: 'parent' });
    expect(await world.searches.iterations(search)).toEqual([1]);
    expect(await world.searches.read(search, 'earlier/run-3d/domain-set.json')).toBe('old');
    expect(await world.searches.read(search, 'domain-set.json')).toBe(sha256);
  });

  test("is gone on from as its last run left it, and its recipe is that run's", async () => {
    await end(JSON.stringify({ run: { search } }));
    const found = async (iteration?: number) =>
      findSnapshot(world, { search, ...(iteration !== undefined && { iteration }) });
    expect(await found()).toMatchObject({ iteration: 1 });
    await commitIn('run-5', 0);
    expect(await found()).toMatchObject({ iteration: 0 });
    await expect(found(1)).rejects.toThrow(
      /has no snapshot of iteration 1; it has 0.*earlier runs of this id left is in/,
    );
    expect((await keptSearch(world, search))?.recipe).toBeNull();
  });
});
