import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { BadCheckpoint } from '../../adapters/safetensors.ts';
import { WarmStartFiles } from '../../adapters/warm-start-files.ts';
import { checkpointOf, safetensors, tokenizerOf } from './made-checkpoint.ts';
import { place, scratch } from './scratch.ts';

const folder = scratch();
const store = new ArtifactStore(join(folder, 'artifacts'));
const files = new WarmStartFiles([folder], store);
const model = { width: 16, layers: 1, heads: 2, vocab: 300, context: 32 };
const whole = checkpointOf(model);

let count = 0;
async function placed(content: string | Buffer): Promise<string> {
  const path = `given-${count++}`;
  await place(join(folder, path), content);
  return path;
}
const checkpoint = async (content: string | Buffer) => files.checkCheckpoint(await placed(content), model);
const tokenizer = async (content: string) => files.checkTokenizer(await placed(content), model);

test('weights of this shape and a tokenizer of this vocabulary are fine, and kept as they are', async () => {
  await expect(checkpoint(whole)).resolves.toBeUndefined();
  await expect(tokenizer(tokenizerOf(300))).resolves.toBeUndefined();
  const given = { checkpoint: await placed(whole), tokenizer: await placed(tokenizerOf(300)) };
  const kept = await files.keep(given);
  expect((await store.read(kept.weights)).equals(whole)).toBe(true);
  expect((await store.read(kept.tokenizer)).toString()).toBe(tokenizerOf(300));
  expect(await readFile(join(folder, given.tokenizer), 'utf8')).toBe(tokenizerOf(300));
});

describe('refused, with what was expected and found', () => {
  const withHeader = (text: string, rest = 0) => {
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([prefix, Buffer.from(text), Buffer.alloc(rest)]);
  };
  const withWeight = (value: number) => {
    const changed = Buffer.from(whole);
    changed.writeFloatLE(value, whole.length - 8);
    return changed;
  };
  test.each<[string, Buffer, string]>([
    ['an empty file', Buffer.alloc(0), 'found 0 bytes'],
    ['a pickle', Buffer.from('PK\u0003\u0004 and so on and on'), 'and a header of'],
    ['a header longer than the file', withHeader('{}').subarray(0, 9), 'found 9 bytes and a header of 2'],
    ['a header in no JSON', withHeader('{]'), "a header that isn't JSON"],
    ['a header without shapes', withHeader('{"a":{"dtype":"F32"}}'), 'a header in which a.shape is wrong'],
    ['a file cut short', whole.subarray(0, -1), `${whole.length - 1} bytes where its tensors end at ${whole.length}`],
    ['a file with more at its end', Buffer.concat([whole, Buffer.alloc(1)]), 'where its tensors end at'],
    ['another shape', checkpointOf({ ...model, width: 32 }), 'embed: expected F32 [300, 16], found F32 [300, 32]'],
    ['a weight that is no number', withWeight(NaN), 'expected finite weights, found NaN or infinity in head'],
    ['an infinite weight', withWeight(-Infinity), 'found NaN or infinity in head'],
    [
      'offsets that contradict the shape',
      withHeader('{"embed":{"dtype":"F32","shape":[300,16],"data_offsets":[0,8]}}', 8),
      'found 8 bytes for embed, whose shape takes 19200',
    ],
    ['no tensors', safetensors(new Map()), 'embed: expected F32 [300, 16], found none'],
  ])('%s', async (_, content, piece) => {
    const refusal = await checkpoint(content).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BadCheckpoint);
    expect((refusal as Error).message).toContain(piece);
    expect((refusal as Error).message).toMatch(/^given-\d+/);
  });

  test('a tokenizer that the checkpoint was not trained with', async () => {
    await expect(tokenizer(tokenizerOf(301))).rejects.toThrow(
      "expected at most 300 tokens, the proxy's vocabulary, found 301: the checkpoint has no embedding for the others; name the tokenizer that the checkpoint was trained with",
    );
  });

  test('a folder, and what lies outside the roots', async () => {
    await expect(files.checkCheckpoint('.', model)).rejects.toThrow('. is a folder');
    await expect(files.checkTokenizer('/etc/passwd', model)).rejects.toMatchObject({ name: 'RefusedPath' });
  });
});
