/** Rows 17 to 19 of the fault matrix: an embedding endpoint that is away, busy, slow, or answers what is no embedding. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedCorpus } from '../../activities/embed-corpus.ts';
import type { Deps } from '../../activities/deps.ts';
import { Embedders } from '../../adapters/embedders.ts';
import type { Ref } from '../../climb/artifact.ts';
import type { Manifest, Vectors } from '../../climb/corpus/corpus-artifacts.ts';
import { float32Of } from '../../climb/corpus/little-endian.ts';
import {
  dimensions,
  json,
  openEndpoint,
  wellBehaved,
  type Answer,
  type MadeEndpoint,
} from '../activities/made-endpoint.ts';
import { failureOf, perform, worldIn } from '../activities/made-world.ts';

const secret = 'canary-token-7f3a';
const documents = 300;
const textOf = (at: number) => `canary text ${at} ${'abcdefghijklmnopqrstuvwxyz'.slice(at % 20)}`;

let folder: string;
let endpoint: MadeEndpoint;
let deps: Deps;
let manifest: Ref;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'climb-endpoint-'));
  endpoint = await openEndpoint();
  const profile = { url: endpoint.url, tokenVariable: 'TOKEN', concurrency: 3, timeoutSeconds: 0.5 };
  const embedders = new Embedders({ default: profile }, { TOKEN: secret });
  deps = worldIn(folder, { embedders: (spec) => embedders.of(spec) });
  const lines = Array.from(
    { length: documents },
    (_, at) => `${JSON.stringify({ id: String(at), text: textOf(at) })}\n`,
  );
  const shard = { ref: await deps.store.put(lines.join('')), documents, bytes: 1 };
  manifest = await deps.store.putJson({ shards: [shard], documents } satisfies Partial<Manifest>);
});
afterEach(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

const embed = (attempt = 1) =>
  perform(embedCorpus(deps), { manifest, embedding: { kind: 'endpoint' }, seed: 1 }, attempt);

/** Artifacts that are as long as vectors of a chunk or of all documents would be. */
async function storedVectors(): Promise<number> {
  const files = (await readdir(join(folder, 'artifacts'), { recursive: true, withFileTypes: true })).filter((f) =>
    f.isFile(),
  );
  const sizes = await Promise.all(files.map(async (f) => (await readFile(join(f.parentPath, f.name))).length));
  return sizes.filter((size) => [256, documents - 256, documents].some((rows) => size === 4 * dimensions * rows))
    .length;
}

const text200 =
  (body: string, type: string): Answer =>
  (response) =>
    void response.writeHead(200, { 'content-type': type }).end(body);
const shape =
  (change: (vectors: unknown[][]) => unknown): Answer =>
  (response, texts) =>
    json(response, change(texts.map(() => new Array<number>(dimensions).fill(1))));

type Row = [what: string, answer: Answer, type: string, retried: boolean, piece: string | RegExp];
const rows: Row[] = [
  ['429', (r) => json(r, { error: textOf(1) }, 429, { 'retry-after': '7' }), 'EndpointUnavailable', true, 'wait 7 s'],
  ['500', (r) => json(r, { error: textOf(1) }, 500), 'EndpointUnavailable', true, '500'],
  ['503', (r) => json(r, { error: textOf(1) }, 503), 'EndpointUnavailable', true, '503'],
  ['424 of a model that failed', (r) => json(r, { error: 'x' }, 424), 'EndpointUnavailable', true, '424'],
  ['a reset', (r) => r.destroy(), 'EndpointUnavailable', true, "can't be reached"],
  ['silence', () => {}, 'EndpointUnavailable', true, 'no answer in 0.5 s'],
  [
    'an answer that stops',
    (r) => void r.writeHead(200, { 'content-length': '999' }).write('[[1'),
    'EndpointUnavailable',
    true,
    'no answer',
  ],
  ['401', (r) => json(r, { error: 'x' }, 401), 'BadEndpoint', false, 'tokenVariable'],
  ['413', (r) => json(r, { error: 'x' }, 413), 'BadEndpoint', false, 'too large'],
  ['422', (r) => json(r, { error: textOf(1) }, 422), 'BadEndpoint', false, '422'],
  [
    'a redirect',
    (r) => void r.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    'BadEndpoint',
    false,
    'redirect',
  ],
  ['HTML', text200('<html>canary text</html>', 'text/html'), 'UnreadableAnswer', true, 'text/html'],
  ['cut JSON', text200('[[1,2,3', 'application/json'), 'UnreadableAnswer', true, 'no JSON'],
  [
    'more than any answer needs',
    (r) => void r.writeHead(200, { 'content-length': String(1 << 30) }).write('[['),
    'UnreadableAnswer',
    true,
    'more than 67108864 bytes',
  ],
  [
    'NaN and infinity as Python writes them',
    text200(`[${Array(4).fill('[1,NaN,-Infinity,1,1,1,1,1]').join()}]`, 'application/json'),
    'BadEmbedding',
    false,
    'expected finite numbers, found NaN or infinity',
  ],
  [
    'another dimension',
    shape((v) => v.map((row) => row.slice(1))),
    'BadEmbedding',
    false,
    'expected vectors of 8 dimensions, found one of 7',
  ],
  [
    'null for a number',
    shape((v) => v.map((row) => [null, ...row.slice(1)])),
    'BadEmbedding',
    false,
    'expected finite numbers, found null',
  ],
  [
    'a number out of range',
    text200(`[${Array(4).fill('[1e999,1,1,1,1,1,1,1]').join()}]`, 'application/json'),
    'BadEmbedding',
    false,
    'NaN or infinity',
  ],
  ['zeros', shape((v) => v.map((row) => row.map(() => 0))), 'BadEmbedding', false, 'with a direction'],
  ['too few', shape((v) => v.slice(1)), 'BadEmbedding', false, 'expected 4 vectors, one for each text, found 3'],
  ['too many', shape((v) => [...v, v[0]]), 'BadEmbedding', false, 'found 5'],
  [
    'vectors of tokens',
    shape((v) => v.map((row) => [row, row])),
    'BadEmbedding',
    false,
    /expected (vectors of 8|finite)/,
  ],
  ['an object', (r) => json(r, { error: textOf(1) }), 'BadEmbedding', false, 'expected a list of 4 vectors'],
];

describe('rows 17-19: what an endpoint answers', () => {
  test.each(rows)(
    '%s',
    async (_, answer, type, retried, piece) => {
      endpoint.answerWith(answer);
      const error = (await embed().catch((thrown: unknown) => thrown)) as Error & {
        type?: string;
        nonRetryable?: boolean;
      };
      expect(error.type ?? error.name).toBe(type);
      expect(error.nonRetryable === true).toBe(!retried);
      expect(error.message).toMatch(piece);
      for (const part of [error.message, error.stack, JSON.stringify(error)]) {
        expect(part).not.toMatch(/canary/);
      }
      expect(await storedVectors()).toBe(0);
      if (type === 'BadEmbedding') expect(error.message).toContain('"default" (made-up) answered');
      expect(endpoint.seen.most).toBeLessThanOrEqual(3);

      endpoint.answerWith(wellBehaved);
      const { summary } = await embed(2);
      expect(summary).toEqual({ documents, dimensions });
      // Those of the first attempt may still be closing when the second opens its own.
      expect(endpoint.seen.sockets).toBeLessThanOrEqual(2 * 3);
    },
    15_000,
  );

  test('Retry-After is what Temporal waits', async () => {
    endpoint.answerWith((response) => json(response, {}, 503, { 'retry-after': '90' }));
    expect(await failureOf(embed())).toMatchObject({ nextRetryDelay: 90_000, nonRetryable: false });
  });

  test('an outage is waited for without end, an answer that stays unreadable is not', async () => {
    endpoint.answerWith((response) => json(response, {}, 503));
    expect((await failureOf(embed(500))).nonRetryable).not.toBe(true);
    endpoint.answerWith(text200('<html>', 'text/html'));
    expect(await failureOf(embed(10))).toMatchObject({ nonRetryable: true, type: 'UnreadableAnswer' });
  });
});

test('rows 17-19: after a failure only the chunks that are missing are asked for', async () => {
  const last = textOf(documents - 1);
  endpoint.answerWith((response, texts) =>
    texts.includes(last) ? json(response, {}, 503) : wellBehaved(response, texts),
  );
  await failureOf(embed());
  const before = new Set(endpoint.seen.requests.flat());
  expect(before.size).toBeGreaterThan(256);
  endpoint.seen.requests.length = 0;
  endpoint.answerWith(wellBehaved);
  const { ref } = await embed(2);
  expect(endpoint.seen.requests.flat().filter((text) => text !== 'climb')).toHaveLength(documents - 256);
  const { vectors, model } = await deps.store.readJson<Vectors>(ref);
  expect(float32Of(await deps.store.read(vectors))).toHaveLength(documents * dimensions);
  expect(await deps.store.readJson(model)).toMatchObject({ kind: 'endpoint-model', model: 'made-up', revision: 'r1' });
});

test('numbers beyond float32 still have a direction', async () => {
  endpoint.answerWith(shape((vectors) => vectors.map((row) => row.map(() => 1e39))));
  const { ref } = await embed();
  const { vectors } = await deps.store.readJson<Vectors>(ref);
  expect(float32Of(await deps.store.read(vectors))[0]).toBeCloseTo(1 / Math.sqrt(dimensions), 6);
});

test('row 36: the token goes to the endpoint and nowhere else', async () => {
  const { ref } = await embed();
  expect(endpoint.seen.headers.every(({ authorization }) => authorization === `Bearer ${secret}`)).toBe(true);
  expect(JSON.stringify(await deps.store.readJson(ref))).not.toContain(secret);
});
