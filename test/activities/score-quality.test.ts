import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { scoreQuality, type ScoreQualityInput } from '../../activities/score-quality.ts';
import type { QualityScores } from '../../climb/corpus/corpus-artifacts.ts';
import { float32Of } from '../../climb/corpus/little-endian.ts';
import { heuristicAxes } from '../../climb/corpus/quality/heuristic-axes.ts';
import { scoreText } from '../../climb/corpus/quality/heuristics.ts';
import { classifiersOf } from '../../adapters/quality-endpoint.ts';
import { madeClassifier, status, usual, type MadeClassifier } from '../adapters/made-classifier.ts';
import { failureOf, perform, worldIn } from './made-world.ts';
import { storedManifest } from './made-manifest.ts';

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'climb-quality-'))));
afterEach(() => rm(root, { recursive: true }));

const english = 'The captain of the ship said that he had to be with the crew, and that they have to leave. ';
const code = 'def total(sizes):\n    return sum(sizes)\n\n\nif __name__ == "__main__":\n    print(total([1]))\n';
const shards = [[{ text: english.repeat(1) }, { text: code }], [{ text: english.repeat(9) }]];

async function scored(
  quality: ScoreQualityInput['quality'],
  given: Parameters<typeof storedManifest>[1] = shards,
  world = worldIn(root),
) {
  const made = await perform(scoreQuality(world), { manifest: await storedManifest(world.store, given), quality });
  const { axes, shards: parts } = await world.store.readJson<QualityScores>(made.ref);
  const all = [];
  for (const { scores, kinds } of parts) {
    all.push({ scores: [...float32Of(await world.store.read(scores))], kinds: [...(await world.store.read(kinds))] });
  }
  return { ...made, axes, parts: all };
}

describe('heuristics', () => {
  test('every document by published rules, shard by shard', async () => {
    const { axes, parts, summary } = await scored({ kind: 'heuristics', prune: 'paper' });
    expect(axes).toEqual(heuristicAxes);
    expect(parts.map(({ scores }) => scores)).toEqual(
      shards.map((documents) => documents.flatMap(({ text }) => scoreText(text).scores.map(Math.fround))),
    );
    expect(parts.map(({ kinds }) => kinds)).toEqual([[0, 2], [0]]);
    expect(summary).toMatchObject({ documents: 3, kinds: { english: 2, code: 1 }, axes: heuristicAxes });
    const words = axes.indexOf('stopWords');
    expect(summary.means[words]).toBe(5);
    expect(JSON.stringify(summary).length).toBeLessThan(1000);
  });

  test('thresholds are no part of it: scored once, pruned in many ways', async () => {
    const first = await scored({ kind: 'heuristics', prune: 'paper' });
    const world = worldIn(root);
    const compute = { ...world.compute, run: () => Promise.reject(new Error('scored again')) } as never;
    const again = await scored({ kind: 'heuristics', prune: 'recipe' }, shards, { ...world, compute });
    expect(again.ref).toEqual(first.ref);
  });
});

test('fields of the documents, in the order of their names; no rule of ours applies', async () => {
  const given = [[{ text: code, scores: { b: 2, a: 1 } }], [{ text: english, scores: { a: 4, b: -3.5 } }]];
  const { axes, parts, summary } = await scored({ kind: 'field', fields: { b: 'meta.b', a: 'a' } }, given);
  expect(axes).toEqual(['a', 'b']);
  expect(parts).toEqual([
    { scores: [1, 2], kinds: [2] },
    { scores: [4, -3.5], kinds: [0] },
  ]);
  expect(summary).toEqual({ documents: 2, kinds: { english: 1, code: 1 }, axes: ['a', 'b'], means: [2.5, -0.75] });
});

test('a hundred axes of long names still fit into the summary', async () => {
  const names = Array.from({ length: 100 }, (_, at) => `${'axis'.repeat(20)}${at}`);
  const scores = Object.fromEntries(names.map((name) => [name, 1]));
  const { axes, summary } = await scored({ kind: 'field', fields: Object.fromEntries(names.map((n) => [n, n])) }, [
    [{ text: 'x', scores }],
  ]);
  expect(axes).toHaveLength(100);
  expect(summary.axes.length).toBeGreaterThan(0);
  expect(JSON.stringify(summary).length).toBeLessThan(1000);
});

describe('a classifier behind an endpoint', () => {
  let server: MadeClassifier;
  beforeEach(
    async () => (server = await madeClassifier({ model_id: 'made', max_input_length: 1, max_client_batch_size: 256 })),
  );
  afterEach(() => server.close());
  const world = () =>
    worldIn(root, {
      classifiers: classifiersOf({ judge: { url: server.url, concurrency: 2, timeoutSeconds: 5 } }, {}),
    });
  const judge = { kind: 'endpoint', endpoint: 'judge' } as const;

  test('labels are axes, scores are scaled, long documents are cut between characters', async () => {
    const texts = ['ab', `${'x'.repeat(11)}😀 and more`];
    const { axes, parts } = await scored({ ...judge, scale: 5 }, [texts.map((text) => ({ text }))], world());
    expect(axes).toEqual(['long', 'short']);
    expect(server.requests).toEqual([['ab', 'x'.repeat(11)]]);
    expect(parts[0]!.scores).toEqual([2, 998, 11, 989].map((n) => Math.fround(5 * Math.fround(n / 1000))));
  });

  test('a failure loses a chunk at most: the next attempt asks only for what is missing', async () => {
    const documents = Array.from({ length: 600 }, (_, at) => ({ text: `${at}` }));
    server.next(usual, status(503, { 'retry-after': '7' }));
    const failure = await failureOf(scored(judge, [documents], world()));
    expect(failure).toMatchObject({ type: 'EndpointUnavailable', nonRetryable: false, nextRetryDelay: 7000 });
    expect(server.requests.map(({ length }) => length)).toEqual([256, 256]);
    const { parts } = await scored(judge, [documents], world());
    expect(server.requests.map(({ length }) => length)).toEqual([256, 256, 256, 88]);
    expect(parts[0]!.scores).toHaveLength(1200);
    const again = await scored({ ...judge, scale: 2 }, [documents], world());
    expect(server.requests).toHaveLength(4);
    expect(again.parts[0]!.scores).toEqual(parts[0]!.scores.map((score) => 2 * score));
  });

  test('nothing of a bad answer is stored, and what it was asked stands in no failure', async () => {
    server.next((response) => response.end('[]'));
    const failure = await failureOf(scored(judge, [[{ text: 'a secret text' }]], world()));
    expect(failure).toMatchObject({ type: 'BadScores', nonRetryable: true });
    expect(JSON.stringify([failure.message, failure.stack, failure.details])).not.toContain('secret');
    expect((await scored(judge, [[{ text: 'a secret text' }]], world())).axes).toEqual(['long', 'short']);
  });

  test('labels that change from shard to shard end it', async () => {
    server.next((response, texts) => response.end(JSON.stringify(texts.map(() => [{ label: 'other', score: 1 }]))));
    const failure = await failureOf(scored(judge, shards, world()));
    expect(failure).toMatchObject({ type: 'BadScores', nonRetryable: true });
    expect(failure.message).toMatch(/2 labels for some documents and 1|1 labels for some documents and 2/);
  });

  test("a profile that the worker doesn't have", async () => {
    const failure = await failureOf(scored({ kind: 'endpoint' }, shards, world()));
    expect(failure).toMatchObject({ type: 'BadEndpoint', nonRetryable: true });
    expect(failure.message).toMatch(/no endpoint profile "default".*judge/);
  });
});
