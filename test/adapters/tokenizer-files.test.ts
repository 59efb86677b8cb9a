import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { TokenizerFiles } from '../../adapters/tokenizer-files.ts';
import { tokenizerOf } from './made-checkpoint.ts';
import { place, scratch } from './scratch.ts';

const folder = scratch();
const store = new ArtifactStore(join(folder, 'artifacts'));
const files = new TokenizerFiles([folder], store);

test('what is kept is a copy: the file may go or change', async () => {
  await place(join(folder, 'own.json'), tokenizerOf(300));
  await expect(files.check('own.json', { vocab: 300 }, 'corpus')).resolves.toBeUndefined();
  const kept = await files.keep('own.json');
  await rm(join(folder, 'own.json'));
  expect((await store.read(kept)).toString()).toBe(tokenizerOf(300));
});

test('refused by name: too many tokens, a folder, a file too large to be one, what lies outside the roots', async () => {
  await place(join(folder, 'large.json'), tokenizerOf(301));
  await place(join(folder, 'model.bin'), '');
  await truncate(join(folder, 'model.bin'), 2 ** 30);
  const refusal = (path: string) =>
    files.check(path, { vocab: 300 }, 'corpus').then(
      () => 'accepted',
      ({ name, message }: Error) => `${name}: ${message}`,
    );
  expect(await refusal('large.json')).toContain('BadTokenizer: large.json: expected at most 300 tokens');
  expect(await refusal('.')).toBe('BadTokenizer: . is a folder; name the tokenizer.json in it');
  expect(await refusal('model.bin')).toContain('BadTokenizer: model.bin has 1073741824 bytes');
  expect(await refusal('/etc/passwd')).toContain('RefusedPath: ');
  expect(await refusal('missing.json')).toContain('RefusedPath: ');
});
