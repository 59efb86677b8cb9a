import { afterEach, describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { Embedders } from '../../adapters/embedders.ts';
import type { ServedModel } from '../../climb/corpus/corpus-artifacts.ts';
import { dimensions, json, openEndpoint, wellBehaved, type MadeEndpoint } from '../activities/made-endpoint.ts';

const signal = () => new AbortController().signal;
let endpoint: MadeEndpoint | undefined;
const ordinaryFetch = globalThis.fetch;
afterEach(async () => {
  globalThis.fetch = ordinaryFetch;
  await endpoint?.close();
  endpoint = undefined;
});

async function served(info?: object, more: object = {}) {
  endpoint = await openEndpoint(info);
  const profile = { url: `${endpoint.url}/`, concurrency: 2, timeoutSeconds: 5, ...more };
  const embedder = new Embedders({ mine: profile }, {}).of({ kind: 'endpoint', endpoint: 'mine' });
  return { endpoint, embedder, model: await embedder.describe(signal()) };
}

describe('an endpoint', () => {
  test('says what it serves', async () => {
    const { model } = await served({ model_id: 'm', model_sha: null, max_input_length: 256 });
    expect(model).toEqual({
      schema: 1,
      kind: 'endpoint-model',
      dimensions,
      model: 'm',
      revision: null,
      endpoint: 'mine',
      maxCharacters: 3072,
    } satisfies ServedModel);
  });

  test('gets as many texts at once as it takes, in order, and no more requests than the profile allows', async () => {
    const { endpoint, embedder, model } = await served({ model_id: 'm', max_client_batch_size: 3 });
    const texts = Array.from({ length: 18 }, (_, at) => 'abcdefghijklmnopqrst'.slice(at));
    // Each waits for another: answered only if two come at once.
    let held: (() => void) | undefined;
    endpoint.answerWith((response, batch) => {
      const answer = () => wellBehaved(response, batch);
      if (held === undefined) held = answer;
      else for (const release of [held, answer]) release();
      if (held !== answer) held = undefined;
    });
    const vectors = await embedder.embed(texts, model, signal());
    const batches = endpoint.seen.requests.slice(1);
    expect(batches.map((batch) => batch.length)).toEqual([3, 3, 3, 3, 3, 3]);
    expect(endpoint.seen.most).toBe(2);
    endpoint.answerWith(wellBehaved);
    const one = await embedder.embed([texts[17]!], model, signal());
    expect([...vectors.subarray(17 * dimensions, 18 * dimensions)]).toEqual([...one]);
    expect(one.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 5);
  });

  test('gets no more texts at once than its profile says, and is asked to cut and to normalise', async () => {
    const { endpoint, embedder, model } = await served({ model_id: 'm', max_client_batch_size: 32 }, { maxTexts: 2 });
    await embedder.embed(['a', 'b', 'c'], model, signal());
    expect(endpoint.seen.requests.slice(1)).toEqual([['a', 'b'], ['c']]);
    expect(endpoint.seen.asked).toEqual(Array(3).fill({ normalize: true, truncate: true }));
  });

  test('is not read to the end of an endless answer', async () => {
    const { endpoint, embedder, model } = await served({ model_id: 'm' }, { timeoutSeconds: 60 });
    const part = Buffer.alloc(1 << 20, '1');
    let sent = 0;
    endpoint.answerWith((response) => {
      const more = () => {
        while (!response.destroyed && (sent += part.length) && response.write(part));
      };
      response.on('drain', more);
      more();
    });
    await expect(embedder.embed(['a'], model, signal())).rejects.toMatchObject({
      name: 'UnreadableAnswer',
      message: expect.stringContaining('more than 67108864 bytes'),
    });
    expect(sent).toBeLessThan(80 << 20);
  });

  test('gets large texts in small requests', async () => {
    const { endpoint, embedder, model } = await served({ model_id: 'm', max_client_batch_size: 100 });
    await embedder.embed(
      Array.from({ length: 4 }, () => 'é'.repeat(300_000)),
      model,
      signal(),
    );
    expect(endpoint.seen.requests.slice(1).map((batch) => batch.length)).toEqual([2, 2]);
  });

  test.each([{}, { model_id: 7 }, { model_id: '' }, { model_id: 'a\nb' }, { model_id: 'm'.repeat(301) }])(
    'that does not say which model it serves is refused: %j',
    async (info) => {
      await expect(served(info)).rejects.toMatchObject({
        name: 'BadEndpoint',
        message: expect.stringContaining('model_id'),
      });
    },
  );

  test('is left at once when the search is cancelled', async () => {
    const { endpoint, embedder, model } = await served();
    const cancel = new AbortController();
    endpoint.answerWith(() => cancel.abort(new Error('cancelled')));
    await expect(embedder.embed(['a text'], model, cancel.signal)).rejects.toThrow('cancelled');
  });

  test('is left at once by those who wait for their turn, and the others go on', async () => {
    const { endpoint, embedder, model } = await served({ model_id: 'm' }, { concurrency: 1, timeoutSeconds: 60 });
    const cancel = new AbortController();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      endpoint.answerWith((response, texts) => {
        answer = () => wellBehaved(response, texts);
        resolve();
      });
    });
    const first = embedder.embed(['first'], model, signal());
    await asked;
    const second = embedder.embed(['second'], model, cancel.signal);
    const third = embedder.embed(['third'], model, signal());
    cancel.abort(new Error('cancelled'));
    await expect(second).rejects.toThrow('cancelled');
    endpoint.answerWith(wellBehaved);
    answer();
    expect((await Promise.all([first, third])).map((vectors) => vectors.length)).toEqual([dimensions, dimensions]);
    expect(endpoint.seen.requests.flat()).toEqual(['climb', 'first', 'third']);
  });
});

test('a profile that the worker lacks, and a token that its environment lacks, are named', () => {
  const embedders = new Embedders(
    { mine: { url: 'http://h', tokenVariable: 'T', concurrency: 1, timeoutSeconds: 1 } },
    {},
  );
  expect(() => embedders.of({ kind: 'endpoint', endpoint: 'theirs' })).toThrow(
    /no endpoint profile "theirs".*it has mine/,
  );
  expect(() => embedders.of({ kind: 'endpoint', endpoint: '__proto__' })).toThrow(/no endpoint profile/);
  expect(() => embedders.of({ kind: 'endpoint', endpoint: 'mine' })).toThrow(/variable T is not set/);
  expect(() => embedders.of({ kind: 'hf-inference', model: 'm' })).toThrow(/HF_TOKEN is not set/);
});

test("the hosted provider is asked through its router, with the worker's token", async () => {
  const asked: { url: string; token: string | null }[] = [];
  endpoint = await openEndpoint();
  const { url } = endpoint;
  globalThis.fetch = async (input, request) => {
    const to = new URL(input);
    asked.push({ url: to.href, token: new Headers(request?.headers).get('authorization') });
    if (to.pathname.startsWith('/api/models')) {
      const mapping = { provider: 'hf-inference', providerId: 'a/model', task: 'feature-extraction', status: 'live' };
      return Response.json({ inferenceProviderMapping: { 'hf-inference': mapping } });
    }
    return ordinaryFetch(`${url}/embed`, request);
  };
  const embedder = new Embedders({}, { HF_TOKEN: 'hf_secret' }).of({ kind: 'hf-inference', model: 'a/model' });
  const model = await embedder.describe(signal());
  expect(model).toMatchObject({ kind: 'hf-inference-model', model: 'a/model', endpoint: null, dimensions });
  expect(await embedder.embed(['x', 'y'], model, signal())).toHaveLength(2 * dimensions);
  const hosts = new Set(asked.map(({ url }) => new URL(url).host));
  expect([...hosts].every((host) => /(^|\.)huggingface\.co$/.test(host))).toBe(true);
  expect(asked.at(-1)).toMatchObject({ url: expect.stringContaining('a/model'), token: 'Bearer hf_secret' });
});

test('row 36: a refusal by the hosted provider holds neither the token nor the texts', async () => {
  globalThis.fetch = () => Promise.resolve(Response.json({ error: 'Invalid credentials' }, { status: 401 }));
  const embedder = new Embedders({}, { HF_TOKEN: 'hf_canary' }).of({ kind: 'hf-inference', model: 'a/model' });
  const error = (await embedder.describe(signal()).catch((thrown: unknown) => thrown)) as Error;
  expect(error).toMatchObject({ name: 'BadEndpoint' });
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('hf_canary');
});

test('a hosted model that makes no vectors is named as such', async () => {
  globalThis.fetch = () => {
    const mapping = { provider: 'hf-inference', providerId: 'a/chat', task: 'text-generation', status: 'live' };
    return Promise.resolve(Response.json({ inferenceProviderMapping: { 'hf-inference': mapping } }));
  };
  const embedder = new Embedders({}, { HF_TOKEN: 'hf_secret' }).of({ kind: 'hf-inference', model: 'a/chat' });
  await expect(embedder.describe(signal())).rejects.toMatchObject({
    name: 'BadEndpoint',
    message: expect.stringMatching(/refused the request.*the model's name and that the provider serves it/),
  });
});

test('an answer with an error in it is no vector', async () => {
  const { endpoint, embedder, model } = await served();
  endpoint.answerWith((response) => json(response, { error: 'loading', estimated_time: 20 }));
  await expect(embedder.embed(['a'], model, signal())).rejects.toMatchObject({ name: 'BadEmbedding' });
  endpoint.answerWith(wellBehaved);
  expect(await embedder.embed(['a'], model, signal())).toHaveLength(dimensions);
});
