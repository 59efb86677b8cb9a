/** Search files that can't work: refused with every problem and its path, before anything is paid for. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../climb/problem.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab();
  await mkdir(join(lab.home, 'empty'));
  await writeFile(join(lab.home, 'blank.jsonl'), '\n\n');
  await writeFile(join(lab.home, 'binary.jsonl'), Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
  await writeFile(join(lab.home, 'cut.jsonl'), '{"query": "a", "choi');
}, 60_000);

afterAll(() => lab.close(), 60_000);

const fine = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };

/** Paths of all problems, and the activities that ran. */
async function refusal(name: string, file: unknown): Promise<{ paths: string[]; activities: string[] }> {
  const handle = await lab.start(name, file as object);
  const error: unknown = await handle.result().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WorkflowFailedError);
  let cause = (error as WorkflowFailedError).cause;
  while (cause?.cause instanceof Error) cause = cause.cause;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  expect((cause as ApplicationFailure).type).toBe('InvalidSearchSpec');
  const problems = (cause as ApplicationFailure).details?.[0] as Problem[];
  const { events } = await handle.fetchHistory();
  const activities = (events ?? []).flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
  );
  return { paths: problems.map(({ path }) => path).sort(), activities };
}

test.each<[string, unknown, string[]]>([
  ['empty', {}, ['budget', 'corpus', 'version']],
  ['not-an-object', 'search.json', ['(all of it)']],
  ['unknown-keys', { ...fine, corpos: 1, verify: { seed: 3 } }, ['corpos', 'verify.seed']],
  ['wrong-types', { ...fine, seed: '7', clusters: { initial: 2.5 } }, ['clusters.initial', 'seed']],
  ['negative-seed', { ...fine, seed: -1 }, ['seed']],
  ['no-proxies', { ...fine, budget: { proxies: 0 } }, ['budget.proxies']],
  ['budget-below-verification', { ...fine, budget: { proxies: 9 } }, ['budget.proxies']],
  ['iterations-over-budget', { ...fine, search: { first: 4, batch: 2, iterations: 50 } }, ['search.iterations']],
  ['deadline-past', { ...fine, budget: { proxies: 16, deadline: '2020-01-01T00:00:00Z' } }, ['budget.deadline']],
  ['report-is-searched', { ...fine, report: { tasks: fine.tasks } }, ['report.tasks.0']],
  [
    'crossed-bounds',
    { ...fine, constraints: { bounds: { c0000: { lower: 0.9, upper: 0.2 }, c0001: { lower: 0.4 } } } },
    ['constraints.bounds', 'constraints.bounds.c0000'],
  ],
  ['unknown-version', { ...fine, version: 2 }, ['version']],
])('%s: refused with no activity', async (name, file, paths) => {
  expect(await refusal(name, file)).toEqual({ paths, activities: [] });
});

test.each<[string, unknown, string[]]>([
  ['missing-corpus', { ...fine, corpus: { path: 'nowhere' } }, ['corpus.path']],
  ['corpus-outside', { ...fine, corpus: { path: '/etc' } }, ['corpus.path']],
  ['corpus-climbs-out', { ...fine, corpus: { path: 'corpus/../../..' } }, ['corpus.path']],
  ['empty-corpus', { ...fine, corpus: { path: 'empty' } }, ['corpus.path']],
  ['blank-corpus', { ...fine, corpus: { path: 'blank.jsonl' } }, ['corpus.path']],
  ['binary-corpus', { ...fine, corpus: { path: 'binary.jsonl' } }, ['corpus.path']],
  ['fewer-documents-than-clusters', { ...fine, clusters: { initial: 1000, merge: { target: 4 } } }, ['corpus.path']],
  ['unknown-task', { ...fine, tasks: [{ name: 'no-such-task' }] }, ['tasks.0']],
  ['cut-task', { ...fine, report: { tasks: [{ name: 'own', path: 'cut.jsonl' }] } }, ['report.tasks.0']],
  [
    'everything-at-once',
    {
      ...fine,
      corpus: { path: 'nowhere' },
      tasks: [{ name: 'no-such-task' }],
      proxy: { ...fine.proxy, trainer: 'rm' },
    },
    ['corpus.path', 'proxy.trainer', 'tasks.0'],
  ],
])('%s: refused by the first activity', async (name, file, paths) => {
  expect(await refusal(name, file)).toEqual({ paths, activities: ['openSearch'] });
});

test('a second input is refused: only continue-as-new has one', async () => {
  const handle = await lab.client.workflow.start('climbSearch', {
    taskQueue: 'climb',
    workflowId: 'second-input',
    args: [fine, { phase: 'done' }],
  });
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
});

test('nothing was written for any of them', async () => {
  expect(await readdir(lab.home)).not.toEqual(expect.arrayContaining(['searches']));
});
