import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from '../../adapters/home.ts';

test('a reader that closes its end early, as `| head` does, gets no stack trace', async () => {
  const tsx = join(repositoryRoot, 'node_modules', '.bin', 'tsx');
  const child = spawn(tsx, [join(repositoryRoot, 'scripts', 'climb.ts'), 'schema']);
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
}, 60_000);
