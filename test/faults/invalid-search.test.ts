/** Row 20 of the fault matrix: search files that can't work are refused with every problem and its path, before anything is paid for. */
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
  await writeFile(join(lab.home, 'tokenizer.json'), '{"model": 1}');
}, 120_000);

afterAll(() => lab.close(), 60_000);

const fine = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };
const [task] = fine.tasks;
const proxy = (changes: object) => ({ ...fine, proxy: { ...fine.proxy, ...changes } });
const search = (changes: object) => ({ ...fine, search: { ...fine.search, ...changes } });
const verify = (changes: object) => ({ ...fine, verify: { ...fine.verify, ...changes } });
const budget = (changes: object) => ({ ...fine, budget: { ...fine.budget, ...changes } });
const constraints = (changes: object) => ({ ...fine, constraints: changes });
const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);

/** Paths of all problems, the activities that ran, and the workflow tasks that it took. */
async function refusal(name: string, file: unknown) {
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
  // More than a verdict: what was got or expected, or what to do.
  for (const { path, message } of problems) expect(`${path}: ${message}`).toMatch(/.: .{20}/);
  const { events = [] } = await handle.fetchHistory();
  const activities = events!.flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
  );
  const tasks = events!.filter((event) => event.workflowTaskScheduledEventAttributes).length;
  return { paths: problems.map(({ path }) => path).sort(), activities, tasks };
}

test.each<[string, unknown, string[]]>([
  ['empty', {}, ['budget', 'corpus', 'version']],
  ['not-an-object', 'search.json', ['(all of it)']],
  ['nothing', null, ['(all of it)']],
  ['a-list', [fine], ['(all of it)']],
  ['unknown-keys', { ...fine, corpos: 1, verify: { seed: 3 } }, ['corpos', 'verify.seed']],
  ['wrong-types', { ...fine, seed: '7', clusters: { initial: true } }, ['clusters.initial', 'seed']],
  ['nan-text', { ...constraints({ maxEpochs: 'NaN' }), seed: 'NaN' }, ['constraints.maxEpochs', 'seed']],
  ['negative-seed', { ...fine, seed: -1 }, ['seed']],
  ['seed-above-2^53-1', { ...fine, seed: 2 ** 53 }, ['seed']],
  ['one-cluster', { ...fine, clusters: { initial: 1 } }, ['clusters.initial']],
  ['half-a-cluster', { ...fine, clusters: { initial: 8.5 } }, ['clusters.initial']],
  ['no-iterations', search({ iterations: 0 }), ['search.iterations']],
  ['no-proxies', budget({ proxies: 0 }), ['budget.proxies']],
  ['budget-below-verification', budget({ proxies: 9 }), ['budget.proxies']],
  ['more-candidates-than-proxies', verify({ candidates: 16 }), ['budget.proxies']],
  ['iterations-over-budget', search({ iterations: 50 }), ['search.iterations']],
  ['deadline-past', budget({ deadline: '2020-01-01T00:00:00Z' }), ['budget.deadline']],
  ['deadline-as-people-say-it', budget({ deadline: 'tomorrow' }), ['budget.deadline']],
  ['no-hours', budget({ deviceHours: 0 }), ['budget.deviceHours']],
  ['no-money', budget({ money: { limit: 0, perDeviceHour: 0 } }), ['budget.money.limit', 'budget.money.perDeviceHour']],
  ['no-concurrency', budget({ concurrency: 0 }), ['budget.concurrency']],
  ['report-is-searched', { ...fine, report: { tasks: fine.tasks } }, ['report.tasks.0']],
  [
    'crossed-bounds',
    constraints({ bounds: { c0000: { lower: 0.9, upper: 0.2 }, c0001: { lower: 0.4 } } }),
    ['constraints.bounds', 'constraints.bounds.c0000'],
  ],
  [
    'lower-bounds-over-1',
    constraints({ bounds: { c0000: { lower: 0.7 }, c0001: { lower: 0.7 } } }),
    ['constraints.bounds'],
  ],
  [
    'upper-bounds-below-1',
    constraints({ bounds: Object.fromEntries(['c0000', 'c0001', 'c0002', 'c0003'].map((c) => [c, { upper: 0.1 }])) }),
    ['constraints.bounds'],
  ],
  ['pinned-over-1', constraints({ pinned: { c0000: 0.7, c0001: 0.7 } }), ['constraints.pinned']],
  ['unknown-cluster', constraints({ bounds: { c0009: { lower: 0.1 } } }), ['constraints.bounds.c0009']],
  [
    'duplicate-cluster',
    constraints({ groups: { a: { clusters: ['c0000', 'c0000'], lower: 0.1 } } }),
    ['constraints.groups.a.clusters'],
  ],
  [
    'duplicate-source',
    { ...fine, corpus: { sources: ['corpus', 'corpus'].map((path) => ({ name: 'a', path })) } },
    ['corpus.sources.1.name'],
  ],
  [
    'alpha-not-positive',
    search({ temperature: 0, strength: { minimum: -1, maximum: 0 } }),
    ['search.strength.maximum', 'search.strength.minimum', 'search.temperature'],
  ],
  ['strength-crossed', search({ sampler: 'dirichlet', strength: { minimum: 5, maximum: 1 } }), ['search.strength']],
  ['unknown-metric', { ...fine, tasks: [{ ...task, metric: 'f1' }] }, ['tasks.0.metric']],
  ['metrics-of-two-units', { ...fine, tasks: [task, { ...task, name: 'b', metric: 'accuracy' }] }, ['tasks.1.metric']],
  ['unknown-preset', proxy({ preset: 'huge' }), ['proxy.preset']],
  ['less-than-a-batch', proxy({ tokens: 100 }), ['proxy.tokens']],
  ['heads-that-do-not-divide', proxy({ model: { ...fine.proxy.model, heads: 3 } }), ['proxy.model.heads']],
  ['two-starts', proxy({ warmStart: { tokens: 512, checkpoint: 'a', tokenizer: 'b' } }), ['proxy.warmStart']],
  ['no-tasks', { ...fine, tasks: [] }, ['tasks']],
  ['task-twice', { ...fine, tasks: [task, task] }, ['tasks.1.name']],
  ['negative-weight', { ...fine, tasks: [{ ...task, weight: -1 }] }, ['tasks.0.weight']],
  [
    'guard-of-no-task',
    { ...fine, objective: { guards: { tasks: { nowhere: 0.1 } } } },
    ['objective.guards', 'objective.guards.tasks.nowhere'],
  ],
  ['one-seed', verify({ seeds: 1 }), ['verify.seeds']],
  ['unknown-baseline', verify({ baselines: ['magic'] }), ['verify.baselines.0']],
  [
    'ladder-without-target',
    { ...verify({ ladder: [{ width: 32, layers: 1 }] }), budget: { proxies: 99 } },
    ['verify.ladder'],
  ],
  ['unknown-gate', { ...fine, gates: ['lunch'] }, ['gates.0']],
  ['merge-above-initial', { ...fine, clusters: { initial: 4, merge: { target: 8 } } }, ['clusters.merge.target']],
  ['path-and-sources', { ...fine, corpus: { path: 'a', sources: [{ name: 'a', path: 'b' }] } }, ['corpus.path']],
  ['model-that-is-a-path', { ...fine, embedding: { kind: 'hf-inference', model: '../../evil' } }, ['embedding.model']],
  ['vectors-from-nowhere', { ...fine, embedding: { kind: 'precomputed' } }, ['embedding.field']],
  ['half-a-surrogate-pair', { ...fine, corpus: { path: 'corpus\ud83d' } }, ['corpus.path']],
  ['a-path-of-5000-characters', { ...fine, corpus: { path: 'c'.repeat(5000) } }, ['corpus.path']],
  ['deeply-nested', budget({ a: nested(2000) }), ['budget.a']],
  ['unknown-version', { ...fine, version: 2 }, ['version']],
  ['version-as-text', { ...fine, version: '1' }, ['version']],
  ['branch-of-nothing', { branchFrom: { iteration: -1 } }, ['branchFrom.iteration', 'branchFrom.search']],
  [
    'branch-with-other-clusters',
    { branchFrom: { search: 'parent' }, clusters: { initial: 9 }, corpus: { path: 'empty' } },
    ['clusters.initial', 'corpus.path'],
  ],
])('row 20: %s: refused in one workflow task with no activity', async (name, file, paths) => {
  expect(await refusal(name, file)).toEqual({ paths, activities: [], tasks: 1 });
});

test.each<[string, unknown, string[]]>([
  ['missing-corpus', { ...fine, corpus: { path: 'nowhere' } }, ['corpus.path']],
  ['corpus-outside', { ...fine, corpus: { path: '/etc' } }, ['corpus.path']],
  ['corpus-climbs-out', { ...fine, corpus: { path: 'corpus/../../..' } }, ['corpus.path']],
  ['a-path-with-nul', { ...fine, corpus: { path: 'corpus\0' } }, ['corpus.path']],
  ['empty-corpus', { ...fine, corpus: { path: 'empty' } }, ['corpus.path']],
  ['blank-corpus', { ...fine, corpus: { path: 'blank.jsonl' } }, ['corpus.path']],
  ['binary-corpus', { ...fine, corpus: { path: 'binary.jsonl' } }, ['corpus.path']],
  ['fewer-documents-than-clusters', { ...fine, clusters: { initial: 1000, merge: { target: 4 } } }, ['corpus.path']],
  ['unknown-task', { ...fine, tasks: [{ name: 'no-such-task' }] }, ['tasks.0']],
  ['cut-task', { ...fine, report: { tasks: [{ name: 'own', path: 'cut.jsonl' }] } }, ['report.tasks.0']],
  ['unknown-trainer', proxy({ trainer: 'no-such-trainer' }), ['proxy.trainer']],
  ['a-trainer-that-every-object-has', proxy({ trainer: 'constructor' }), ['proxy.trainer']],
  ['unknown-endpoint', { ...fine, embedding: { kind: 'endpoint', endpoint: 'toString' } }, ['embedding']],
  ['no-tokenizer', proxy({ tokenizer: 'tokenizer.json' }), ['proxy.tokenizer']],
  ['unknown-evidence', search({ warmStart: [{ search: 'no-such-search' }] }), ['search.warmStart.0']],
  ['unknown-branch', { branchFrom: { search: 'no-such-search' } }, ['branchFrom.search']],
  [
    'everything-at-once',
    { ...proxy({ trainer: 'rm' }), corpus: { path: 'nowhere' }, tasks: [{ name: 'no-such-task' }] },
    ['corpus.path', 'proxy.trainer', 'tasks.0'],
  ],
])('row 20: %s: refused by the first activity', async (name, file, paths) => {
  expect(await refusal(name, file)).toMatchObject({ paths, activities: ['openSearch'] });
});

test('row 20: a second input is refused: only continue-as-new has one', async () => {
  const handle = await lab.client.workflow.start('climbSearch', {
    taskQueue: 'climb',
    workflowId: 'second-input',
    args: [fine, { phase: 'done' }],
  });
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
});

test('row 20: nothing was written for any of them', async () => {
  const kept = await readdir(lab.home);
  for (const folder of ['searches', 'artifacts', 'ledger', 'runs']) expect(kept).not.toContain(folder);
});

test('row 20: unknown-iteration: refused by the first activity, which names those that there are', async () => {
  const folder = join(lab.home, 'searches', 'parent', 'iterations');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '1.json'), JSON.stringify({ schema: 1, kind: 'snapshot' }));
  const file = { branchFrom: { search: 'parent', iteration: 5 } };
  const paths = ['branchFrom.iteration'];
  expect(await refusal('unknown-iteration', file)).toMatchObject({ paths, activities: ['openSearch'] });
});

test('a refused search answers every query with its problems, and shows nobody where in our code they were found', async () => {
  const handle = await lab.start('asked', {});
  const error = (await handle.result().catch((reason: unknown) => reason)) as WorkflowFailedError;
  const failure = error.cause as ApplicationFailure;
  expect(failure.failure?.stackTrace ?? '').toBe('');
  for (const query of ['status', 'plan']) {
    expect(await handle.query(query)).toEqual({ phase: 'refused', problems: failure.details?.[0] });
  }
});
