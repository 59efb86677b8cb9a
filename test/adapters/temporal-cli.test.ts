import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findTemporalCli } from '../../adapters/temporal-cli.mjs';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'climb-cli-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function cli(path: string, says: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
  return file;
}
const version = (number: string) => `temporal version ${number} (Server 1.32.0, UI 2.54.1)`;

test('TEMPORAL_CLI first, then PATH in its order, then .venv', async () => {
  const env = { PATH: `${join(root, 'old')}:${join(root, 'new')}` };
  expect(findTemporalCli(root, env)).toBeNull();
  const own = await cli('.venv/bin/temporal', version('1.9.1'));
  await cli('old/temporal', version('1.8.3'));
  expect(findTemporalCli(root, env)).toEqual({ path: own, version: '1.9.1', from: '.venv' });
  const onPath = await cli('new/temporal', version('1.10.0'));
  expect(findTemporalCli(root, env)).toEqual({ path: onPath, version: '1.10.0', from: 'PATH' });
  const named = await cli('named', version('2.0.0'));
  expect(findTemporalCli(root, { ...env, TEMPORAL_CLI: named })).toEqual({
    path: named,
    version: '2.0.0',
    from: 'TEMPORAL_CLI',
  });
});

test('an unusable TEMPORAL_CLI is not replaced by another', async () => {
  await cli('.venv/bin/temporal', version('1.9.1'));
  for (const bad of [
    join(root, 'missing'),
    await cli('older', version('1.8.9')),
    await cli('other', 'GNU coreutils 9.1'),
  ]) {
    expect(findTemporalCli(root, { PATH: '', TEMPORAL_CLI: bad })).toBeNull();
  }
});
