/** Branches that can't be: refused with every problem and its path, before anything is paid for. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../climb/problem.ts';
import type { Snapshot } from '../../climb/search/snapshot.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;
let trained: number;
const file = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };

beforeAll(async () => {
  lab = await openServedLab();
  await (await lab.start('parent', { ...file, search: { first: 4, batch: 2, iterations: 1 } })).result();
  await (await lab.start('child', { branchFrom: { search: 'parent', iteration: 1 } })).result();
  trained = (await lab.trainings()).length;
}, 120_000);

afterAll(() => lab.close(), 60_000);

/** Every problem, and the activities that ran. */
async function refusal(id: string, branch: object) {
  const handle = await lab.start(id, branch);
  const error: unknown = await handle.result().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  let cause = (error as WorkflowFailedError).cause;
  while (cause?.cause instanceof Error) cause = cause.cause;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  expect((cause as ApplicationFailure).type).toBe('InvalidSearchSpec');
  const { events } = await handle.fetchHistory();
  const activities = (events ?? []).flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
  );
  return { problems: (cause as ApplicationFailure).details?.[0] as Problem[], activities };
}

const from = (search: string, iteration?: number) => ({
  branchFrom: { search, ...(iteration !== undefined && { iteration }) },
});

test.each<[string, object, string[]]>([
  ['negative iteration', from('parent', -1), ['branchFrom.iteration']],
  ['fractional iteration', from('parent', 0.5), ['branchFrom.iteration']],
  ['no search', { branchFrom: {} }, ['branchFrom.search']],
  ['itself', from('itself'), ['branchFrom.search']],
  ['other corpus', { ...from('parent'), corpus: { path: 'corpus' } }, ['corpus.path']],
  ['other clusters', { ...from('parent'), clusters: { initial: 4 } }, ['clusters.initial']],
  ['other embedding', { ...from('parent'), embedding: { dimensions: 4 } }, ['embedding.dimensions']],
  ['other proxy', { ...from('parent'), proxy: { tokens: 16_384 } }, ['proxy.tokens']],
  ['unknown field', { ...from('parent'), serch: {} }, ['serch']],
])('%s: refused with no activity', async (id, branch, paths) => {
  const { problems, activities } = await refusal(id, branch);
  expect(problems.map(({ path }) => path)).toEqual(paths);
  expect(activities).toEqual([]);
});

test.each<[string, object, string, string]>([
  ['unknown search', from('nobody'), 'branchFrom.search', 'kept are searches child, parent'],
  ['unknown odd search', from('../../x|`'), 'branchFrom.search', 'no iteration of a search "../../x|`" is kept'],
  ['unknown iteration', from('parent', 7), 'branchFrom.iteration', 'it has 0, 1;'],
  ['earlier than a branch', from('child', 0), 'branchFrom.iteration', 'earlier ones are those of "parent"'],
  ['budget below verification', { ...from('parent', 1), budget: { proxies: 3 } }, 'budget.proxies', 'at least 8'],
  ['fewer iterations', { ...from('parent', 1), search: { iterations: 1, first: 9 } }, 'search.first', 'branch from'],
  ['unknown task', { ...from('parent', 1), tasks: [{ name: 'no-such-task' }] }, 'tasks.0', 'no-such-task'],
  [
    'unknown cluster',
    { ...from('parent', 1), constraints: { bounds: { c0009: { upper: 0.5 } } } },
    'constraints.bounds.c0009',
    'no cluster can have this name',
  ],
  ['constraints that no mixture keeps', { ...from('parent', 1), constraints: { maxEpochs: 0.01 } }, 'constraints', ''],
])('%s: refused by the first activity', async (id, branch, path, piece) => {
  const { problems, activities } = await refusal(id, branch);
  const problem = problems.find((one) => one.path.startsWith(path));
  expect(problem?.message).toContain(piece);
  expect(activities).toEqual(['openSearch']);
});

test('an ancestor that would be written over is refused', async () => {
  await lab.client.workflow.getHandle('parent').describe();
  const { problems } = await refusal('parent', from('child'));
  expect(problems).toEqual([
    { path: 'branchFrom.search', message: expect.stringContaining('goes on from "parent" itself') },
  ]);
});

test('a snapshot of another version, a cut one and a missing artifact are named', async () => {
  const path = join(lab.home, 'searches', 'parent', 'iterations', '1.json');
  const text = await readFile(path, 'utf8');
  const broken = async (id: string, content: string) => {
    await writeFile(path, content);
    return (await refusal(id, from('parent', 1))).problems;
  };
  const [newer] = await broken('newer', text.replace('"schema":1', '"schema":2'));
  expect(newer).toMatchObject({ path: 'branchFrom.iteration', message: expect.stringContaining('schema 1, found') });
  const [cut] = await broken('cut', text.slice(0, 100));
  expect(cut?.message).toContain("isn't a snapshot that this version reads");
  const { tokens: _tokens, ...less } = JSON.parse(text) as Snapshot;
  const [lacking] = await broken('lacking', JSON.stringify(less));
  expect(lacking?.message).toContain('lacks tokens');

  await writeFile(path, text);
  const { predictor } = JSON.parse(text) as Snapshot;
  await rm(lab.settings.home + `/artifacts/${predictor?.sha256.slice(0, 2)}/${predictor?.sha256}`);
  const { problems, activities } = await refusal('missing', from('parent', 1));
  expect(problems.map((problem) => problem.path)).toEqual(['branchFrom.iteration']);
  expect(problems[0]?.message).toContain('rests on the artifact predictor');
  expect(problems[0]?.message).toContain(predictor?.sha256);
  expect(activities).toEqual(['openSearch']);
});

test('none of them trained anything or left a folder', async () => {
  expect((await lab.trainings()).length).toBe(trained);
  expect((await readdir(join(lab.home, 'searches'))).sort()).toEqual(['child', 'parent']);
});
