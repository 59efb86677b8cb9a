/** A frozen domain set applied to later files by a workflow of its own. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssignedDocument } from '../../climb/corpus/assigned-lines.ts';
import type { AssignResult } from '../../workflows/assign-domains.ts';
import { filesBelow } from '../adapters/scratch.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;
let documents: { text: string; domain: string }[];

beforeAll(async () => {
  lab = await openServedLab();
  const file = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };
  await (await lab.start('frozen', file)).result();
  const lines = (await readFile(join(lab.home, 'corpus', 'tiny.jsonl'), 'utf8')).trim().split('\n');
  documents = lines.map((line) => JSON.parse(line) as { text: string; domain: string });
  await mkdir(join(lab.home, 'later'));
  for (let part = 0; part < 5; part++) {
    const shard = lines.filter((_, at) => at % 5 === part);
    await writeFile(join(lab.home, 'later', `part-${part}.jsonl`), `${shard.join('\n')}\n`);
  }
}, 120_000);

afterAll(() => lab.close(), 60_000);

const assign = (workflowId: string, input: unknown): Promise<AssignResult> =>
  lab.client.workflow.execute<() => Promise<AssignResult>>('assignDomains', {
    taskQueue: 'climb',
    workflowId,
    args: [input] as never,
  });

test('every file is assigned, several at once or one after another, with the same digest', async () => {
  const together = await assign('together', { search: 'frozen', corpus: { path: 'later' } });
  expect(together.files.map(({ path, documents }) => [path, documents])).toEqual(
    [0, 1, 2, 3, 4].map((part) => [`later/part-${part}.jsonl`, documents.length / 5]),
  );
  expect(together.documents).toBe(documents.length);
  const alone = await assign('alone', { search: 'frozen', corpus: { path: 'later/*.jsonl' }, concurrency: 1 });
  expect(alone).toEqual(together);

  const folder = join(lab.home, 'searches', 'together', 'assigned', 'later');
  expect((await filesBelow(folder)).filter((path) => path.endsWith('.clusters.jsonl'))).toHaveLength(5);
  const domains = new Map<string, Set<string>>();
  for (let part = 0; part < 5; part++) {
    const text = await readFile(join(folder, `part-${part}.jsonl.clusters.jsonl`), 'utf8');
    for (const line of text.trim().split('\n')) {
      const { line: at, cluster } = JSON.parse(line) as AssignedDocument;
      const { domain } = documents[5 * (at - 1) + part]!;
      domains.set(domain, (domains.get(domain) ?? new Set()).add(String(cluster)));
    }
  }
  // Four topics without a word in common: each has clusters of its own.
  expect(domains.size).toBe(4);
  expect([...domains.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1]);
}, 120_000);

/** The innermost failure, and the activities that ran. */
async function refusal(workflowId: string, input: unknown) {
  const error: unknown = await assign(workflowId, input).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  let cause = (error as WorkflowFailedError).cause;
  while (cause?.cause instanceof Error) cause = cause.cause;
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  const activities = (events ?? []).flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
  );
  const { type, message } = cause as ApplicationFailure;
  return { type, message, activities };
}

test('an input that can not be is refused with every problem and no activity', async () => {
  const { type, message, activities } = await refusal('invalid', { corpus: { path: 1 }, concurrency: 0 });
  expect({ type, activities }).toEqual({ type: 'InvalidAssignment', activities: [] });
  expect(message).toContain('corpus.path');
  expect(message).toContain('concurrency');
}, 60_000);

test('an unknown search, missing files and files of another schema end it by name', async () => {
  expect(await refusal('unknown', { search: 'nobody', corpus: { path: 'later' } })).toMatchObject({
    type: 'UnknownDomainSet',
    message: expect.stringContaining('the search "nobody" has no domain set here'),
    activities: ['openAssignment'],
  });
  expect(await refusal('missing', { search: 'frozen', corpus: { path: 'nowhere' } })).toMatchObject({
    type: 'BadCorpus',
    activities: ['openAssignment'],
  });
  expect(
    await refusal('schema', { search: 'frozen', corpus: { path: 'later', textField: 'body' }, concurrency: 1 }),
  ).toMatchObject({ type: 'BadCorpus', activities: ['openAssignment', 'assignShard'] });
}, 60_000);
