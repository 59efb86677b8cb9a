import { expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { redacted, secretsOf } from '../../adapters/redaction.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';

const secret = 'hf_0123456789';
const secrets = new Map([[secret, 'HF_TOKEN']]);

test('secrets are told by the names of their variables, or because a profile names them', () => {
  const { trainers, endpoints } = workerSettings({});
  const settings = {
    trainers: {
      ...trainers,
      own: { ...trainers['default']!, env: { WANDB_API_KEY: 'w-123456789', OMP_NUM_THREADS: '12345678' } },
    },
    endpoints: { ...endpoints, mine: { ...endpoints['default']!, tokenVariable: 'TEI' } },
  };
  const env = {
    HF_TOKEN: secret,
    TEI: 'tei-12345678',
    PATH: '/usr/bin:/bin',
    SHORT_TOKEN: 'abc',
    DB_PASSWORD: undefined,
  };
  expect([...secretsOf(env, settings).values()].sort()).toEqual(['HF_TOKEN', 'TEI', 'WANDB_API_KEY']);
});

test('the key to the server is one, wherever it was read', () => {
  const none = { trainers: {}, endpoints: {} };
  const connection = { apiKey: 'key-12345678' };
  expect([...secretsOf({}, none, connection)]).toEqual([['key-12345678', 'api_key in temporal.toml']]);
  const env = { TEMPORAL_API_KEY: connection.apiKey };
  expect([...secretsOf(env, none, connection)]).toEqual([['key-12345678', 'TEMPORAL_API_KEY']]);
});

test('of two secrets that begin alike neither keeps its end', () => {
  const [short, long] = ['abcdefgh', 'abcdefghTAIL-SECRET'];
  for (const order of [
    [short, long],
    [long, short],
  ]) {
    const both = new Map(order.map((value) => [value, value === short ? 'A_TOKEN' : 'B_TOKEN']));
    expect(redacted(`got ${long} and ${short}`, both)).toBe('got [value of B_TOKEN] and [value of A_TOKEN]');
  }
});

test('a secret is gone from message, stack, details, properties and causes; everything else stays', () => {
  const inner = Object.assign(new Error(`asked with ${secret}`), { request: { headers: [`Bearer ${secret}`] } });
  const error = ApplicationFailure.create({
    message: `refused: ${secret} and ${secret}`,
    type: 'BadEndpoint',
    nonRetryable: true,
    details: [[{ path: 'a', message: `got ${secret}` }]],
    cause: inner,
  });
  const clean = redacted(error, secrets) as ApplicationFailure;
  expect(clean).toBe(error);
  expect(clean.message).toBe('refused: [value of HF_TOKEN] and [value of HF_TOKEN]');
  expect(clean).toMatchObject({ type: 'BadEndpoint', nonRetryable: true });
  expect(clean.details).toEqual([[{ path: 'a', message: 'got [value of HF_TOKEN]' }]]);
  for (const one of [clean, clean.cause!])
    expect(`${one.stack}${one.message}${JSON.stringify(one)}`).not.toContain(secret);
});

test('what throws no error, itself, or nothing of the kind is left as it is', () => {
  const loop: Error & { self?: unknown } = new Error('loop');
  loop.self = loop;
  expect(redacted(loop, secrets)).toBe(loop);
  expect(redacted('text', new Map())).toBe('text');
  expect(redacted(undefined, secrets)).toBeUndefined();
  const frozen = Object.freeze({ message: secret });
  expect(() => redacted(frozen, secrets)).not.toThrow();
});
