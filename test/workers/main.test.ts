import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from '../../adapters/home.ts';

/** A worker as people start it, that can't begin: all that it prints, and its exit code. */
function failing(changes: NodeJS.ProcessEnv): Promise<{ code: unknown; said: string }> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    const options = { cwd: repositoryRoot, env: { ...env, ...changes } };
    execFile(process.execPath, ['--import', 'tsx', 'workers/main.ts'], options, (error, stdout, stderr) =>
      resolve({ code: error?.code, said: stdout + stderr }),
    );
  });
}

test('why a worker ends is told without what its secret variables hold', async () => {
  const secret = 'hf_0123456789';
  const { code, said } = await failing({ HF_TOKEN: secret, CLIMB_TRAINERS: `/nowhere/${secret}.json` });
  expect(code).toBe(1);
  expect(said).toContain('climb worker: ');
  expect(said).toContain('/nowhere/[value of HF_TOKEN].json');
  expect(said).not.toContain(secret);
}, 60_000);
