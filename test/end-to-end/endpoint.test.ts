/** A search whose documents the real local embedding server embeds. Loading its model takes about 10 s. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Embedders } from '../../adapters/embedders.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
let lab: ServedLab;
let server: ChildProcess;
let endpoints: ConstructorParameters<typeof Embedders>[0];

beforeAll(async () => {
  const started = await startServer();
  server = started.server;
  endpoints = { local: { url: started.url, concurrency: 2, timeoutSeconds: 60 } };
  lab = await openServedLab();
  await lab.replaceWorker({ endpoints });
}, 180_000);

afterAll(async () => {
  server.kill('SIGTERM');
  await lab.close();
}, 60_000);

/** On a free port, ready. */
async function startServer(): Promise<{ server: ChildProcess; url: string }> {
  const child = spawn(`${repository}.venv/bin/python`, ['-m', 'climb_trainer.embed_server', '--port', '0'], {
    env: { ...process.env, PYTHONPATH: `${repository}trainer` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, url } = JSON.parse(line) as { event: string; url: string };
    if (event === 'ready') return { server: child, url };
  }
  throw new Error(`the embedding server ended before it was ready: ${said}`);
}

test('texts of one subject lie nearer to each other than to another', async () => {
  const embedder = new Embedders(endpoints, {}).of({ kind: 'endpoint', endpoint: 'local' });
  const { signal } = new AbortController();
  const model = await embedder.describe(signal);
  expect(model).toMatchObject({ kind: 'endpoint-model', dimensions: 384, model: expect.stringMatching(/MiniLM/i) });
  const texts = ['The whale dived under the ship.', 'Sailors saw a whale at sea.', 'The court dismissed the appeal.'];
  const vectors = await embedder.embed(texts, model, signal);
  const cosine = (a: number, b: number) =>
    vectors.subarray(a * 384, (a + 1) * 384).reduce((sum, x, d) => sum + x * vectors[b * 384 + d]!, 0);
  expect(cosine(0, 1)).toBeGreaterThan(cosine(0, 2) + 0.2);
}, 60_000);

test('a search over its vectors ends in a recipe', async () => {
  const file = {
    ...tinySearch,
    embedding: { kind: 'endpoint', endpoint: 'local' },
    proxy: { ...tinySearch.proxy, trainer: 'fake' },
  };
  const result = (await (await lab.start('endpoint', file)).result()) as SearchResult;
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
  expect(result.verified).toBe(true);
  expect(recipe.weights).toHaveLength(4);
  expect(recipe.spec.embedding).toEqual({ kind: 'endpoint', endpoint: 'local' });
  expect(await readFile(result.report.path, 'utf8')).toContain('found without labels (endpoint)');
}, 120_000);

test('a search that names an endpoint nobody configured is refused before anything runs', async () => {
  const file = { ...tinySearch, embedding: { kind: 'endpoint', endpoint: 'elsewhere' } };
  const failure = (await (await lab.start('elsewhere', file)).result().catch((error: unknown) => error)) as Error & {
    cause: { cause: Error };
  };
  expect(failure.cause.cause.message).toMatch(/embedding: no endpoint profile "elsewhere" on this worker.*local/s);
}, 60_000);
