import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { classifiersOf, QualityEndpoint } from '../../adapters/quality-endpoint.ts';
import { body, madeClassifier, scored, status, type Answer, type MadeClassifier } from './made-classifier.ts';

const never = new AbortController().signal;
const profile = { concurrency: 2, timeoutSeconds: 5 };
const secret = 'a secret text';

let server: MadeClassifier;
beforeEach(async () => (server = await madeClassifier()));
afterEach(() => server.close());

const endpoint = (more: Partial<typeof profile> = {}) =>
  new QualityEndpoint('default', { url: `${server.url}/`, ...profile, ...more }, undefined);
const failure = async (work: Promise<unknown>): Promise<Error> => {
  const error: unknown = await work.catch((error: unknown) => error);
  if (error instanceof Error) return error;
  throw new Error(`expected an error, got ${JSON.stringify(error)}`);
};

describe('a classifier', () => {
  test('describes itself; where it does not say what it takes, the usual limits hold', async () => {
    expect(await endpoint().describe(never)).toMatchObject({ model: 'made', revision: 'abc', maxCharacters: 120 });
    await server.close();
    server = await madeClassifier({ model_id: 'bare' });
    expect(await endpoint().describe(never)).toMatchObject({ model: 'bare', revision: null, maxCharacters: 12 * 512 });
  });

  test('scores texts in their order, labels sorted, in batches and never too many at once', async () => {
    const classifier = endpoint();
    await classifier.describe(never);
    const texts = Array.from({ length: 26 }, (_, at) => 'x'.repeat(1 + at));
    const { labels, scores } = await classifier.predict(texts, false, never);
    expect(labels).toEqual(['long', 'short']);
    expect([...scores]).toEqual(texts.flatMap(({ length }) => [length / 1000, 1 - length / 1000].map(Math.fround)));
    expect(server.requests.map(({ length }) => length).sort()).toEqual([2, 4, 4, 4, 4, 4, 4]);
    expect(server.most()).toBeLessThanOrEqual(2);
  });

  test('is sent no more bytes than it takes', async () => {
    await endpoint().predict(
      Array.from({ length: 5 }, () => 'ä'.repeat(300_000)),
      false,
      never,
    );
    expect(server.requests.map(({ length }) => length).sort()).toEqual([1, 2, 2]);
  });

  test('gives scores before they become probabilities where they are asked for', async () => {
    const { labels, scores } = await endpoint().predict(['a'], true, never);
    expect([labels, ...scores]).toEqual([['raw'], 3.5]);
  });

  test('no texts, no request', async () => {
    expect((await endpoint().predict([], false, never)).scores).toHaveLength(0);
    expect(server.requests).toEqual([]);
  });

  test('gets the token that its profile names, which stands in no error', async () => {
    await server.close();
    server = await madeClassifier(undefined, 'canary');
    const profiles = { guarded: { url: server.url, tokenVariable: 'TOKEN', ...profile } };
    const open = classifiersOf(profiles, { TOKEN: 'canary' });
    expect(await open('guarded').describe(never)).toMatchObject({ model: 'made' });
    expect(open('guarded')).toBe(open('guarded'));
    const wrong = await failure(classifiersOf(profiles, { TOKEN: 'canary2' })('guarded').describe(never));
    expect([wrong.name, /canary/.test(wrong.message)]).toEqual(['BadEndpoint', false]);
    expect(() => classifiersOf(profiles, {})('guarded')).toThrow(/TOKEN is not set/);
    expect(() => classifiersOf(profiles, {})('other')).toThrow(/no endpoint profile "other".*guarded/);
  });

  test('is left at once when the work is cancelled', async () => {
    const cancelled = new AbortController();
    server.next(() => cancelled.abort(new Error('cancelled')));
    await expect(endpoint().predict([secret], false, cancelled.signal)).rejects.toThrow('cancelled');
  });
});

const json = (of: (texts: readonly string[]) => unknown) => body((texts) => JSON.stringify(of(texts)));

test.each<[string, Answer, string, RegExp]>([
  ['429', status(429, { 'retry-after': '3' }), 'EndpointUnavailable', /429 and asks to wait 3 s/],
  ['503', status(503), 'EndpointUnavailable', /503/],
  ['424', status(424), 'EndpointUnavailable', /424/],
  ['422', status(422), 'BadEndpoint', /422/],
  ['a redirect', status(302, { location: 'http://127.0.0.1:1/' }), 'BadEndpoint', /302/],
  ['a reset', (response) => response.destroy(), 'EndpointUnavailable', /can't be reached/],
  [
    'an answer cut short',
    (response) => response.writeHead(200, { 'content-length': '9' }).write('[[', () => response.destroy()),
    'EndpointUnavailable',
    /broke off/,
  ],
  ['no answer', () => {}, 'EndpointUnavailable', /no answer in 0.2 s/],
  ['a page', body(() => `<html>${secret}</html>`, 'text/html'), 'UnreadableAnswer', /text\/html/],
  ['cut JSON', body(() => '[[{"label":"a","sc'), 'UnreadableAnswer', /no JSON/],
  ['NaN', body(() => '[[{"label":"a","score":NaN}],[{"label":"a","score":1}]]'), 'BadScores', /finite scores/],
  ['null', json(() => [[{ label: 'a', score: null }], [{ label: 'a', score: 1 }]]), 'BadScores', /another form/],
  ['infinity', body(() => '[[{"label":"a","score":1e999}],[{"label":"a","score":1}]]'), 'BadScores', /another form/],
  ['labels alone', json((texts) => texts.map((text) => [text])), 'BadScores', /another form/],
  ['labels of one text alone', json((texts) => scored(texts)[0]), 'BadScores', /another form/],
  ['an error', json((texts) => ({ error: texts.join() })), 'BadScores', /another form/],
  ['too few', json((texts) => scored(texts).slice(1)), 'BadScores', /expected 2 lists.*found 1/],
  ['too many', json((texts) => scored([...texts, 'x'])), 'BadScores', /expected 2 lists.*found 3/],
  ['no labels', json((texts) => texts.map(() => [])), 'BadScores', /found none/],
  ['a label twice', json((texts) => scored(texts).map(([a]) => [a, a])), 'BadScores', /twice/],
  ['other labels', json((texts) => texts.map((label) => [{ label, score: 1 }])), 'BadScores', /the same 1 labels/],
])('%s', async (_, answer, name, message) => {
  server.next(answer);
  const error = await failure(endpoint({ timeoutSeconds: 0.2 }).predict([secret, 'another'], false, never));
  expect(error.name).toBe(name);
  expect(error.message).toMatch(message);
  expect(error.message).toMatch(/quality endpoint "default"/);
  expect(`${error.message} ${error.stack}`).not.toContain(secret);
});

test('labels that differ between requests', async () => {
  const classifier = endpoint();
  await classifier.describe(never);
  server.next(json((texts) => texts.map(() => [{ label: 'other', score: 1 }])));
  const error = await failure(
    classifier.predict(
      Array.from({ length: 8 }, () => secret),
      false,
      never,
    ),
  );
  expect([error.name, error.message]).toEqual(['BadScores', expect.stringMatching(/other labels in another request/)]);
});

test('a server that is away, or says nothing of itself', async () => {
  await server.close();
  expect((await failure(endpoint().describe(never))).message).toMatch(/ECONNREFUSED/);
  for (const info of [{}, null, 'text', { model_id: 7 }]) {
    server = await madeClassifier(info);
    expect(await failure(endpoint().describe(never))).toMatchObject({ name: 'BadEndpoint' });
    await server.close();
  }
});
