import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { faultPoints } from '../../adapters/fault-points.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { publish } from '../../adapters/publish.ts';
import { scratch } from './scratch.ts';

const root = scratch();
let folders = 0;
let done: string;
beforeEach(() => {
  done = join(root, `done-${folders++}`);
});
afterEach(() => {
  delete process.env['CLIMB_FAULTS'];
  delete process.env['CLIMB_FAULTS_DONE'];
});

const plan = (text: string) => (process.env['CLIMB_FAULTS'] = text);
const pass = (place: Parameters<typeof faultPoints.point>[0]) =>
  faultPoints.point(place).then(
    () => 'passed',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

describe('a plan', () => {
  test('nothing happens without one', async () => {
    expect(await pass('publish')).toBe('passed');
  });

  test('strikes at its place, when that is passed for the n-th time, once', async () => {
    plan('refit.after:eio:2, prune.before:enospc');
    expect(await pass('refit.after')).toBe('passed');
    expect(await pass('prune.before')).toBe('ENOSPC');
    expect(await pass('refit.after')).toBe('EIO');
    expect(await pass('refit.after')).toBe('passed');
    expect(await pass('prune.before')).toBe('passed');
  });

  test('another one counts anew', async () => {
    plan('publish:eio:1');
    expect(await pass('publish')).toBe('EIO');
    plan('publish:eio:2');
    expect(await pass('publish')).toBe('passed');
    expect(await pass('publish')).toBe('EIO');
  });

  test('may crash, wait, or never return', async () => {
    plan('refit.after:crash,publish:delay=1,prune.before:hang');
    expect(await pass('refit.after')).toContain('injected at refit.after:crash');
    expect(await pass('publish')).toBe('passed');
    const hung = pass('prune.before');
    expect(await Promise.race([hung, pass('publish')])).toBe('passed');
  });

  test.each(['publish:explode', 'publsh:kill', 'publish:kill:0', 'publish:delay', ''])(
    'that would break nothing is named: %j',
    async (entry) => {
      plan(`refit.after:eio, ${entry}`);
      expect(await pass('refit.after')).toContain(`got ${JSON.stringify(entry)}; places are ingest.afterShard`);
    },
  );
});

/** A process that passes a place of this plan; how it ended. */
function passing(faults: string) {
  const program = `const { faultPoints } = await import('./adapters/fault-points.ts'); await faultPoints.point('publish');`;
  const env = { ...process.env, CLIMB_FAULTS: faults, CLIMB_FAULTS_DONE: done };
  const { signal, status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    { cwd: repositoryRoot, env, encoding: 'utf8' },
  );
  return { signal, status, stderr };
}

test('a fault that struck is remembered by the processes that come after', async () => {
  expect(passing('publish:kill')).toMatchObject({ signal: 'SIGKILL', stderr: 'climb worker: fault publish:kill\n' });
  expect(await readdir(done)).toEqual(['publish:kill']);
  expect(passing('publish:kill')).toMatchObject({ signal: null, status: 0 });
}, 60_000);

test('a write that fails leaves the old file and nothing beside it, whichever step of it does', async () => {
  const folder = join(root, 'written');
  const path = join(folder, 'file');
  await publish(path, 'old');
  for (const step of [1, 2]) {
    plan(`publish:enospc:${step}`);
    await expect(publish(path, 'new')).rejects.toThrow(/^no space left while writing .*ENOSPC: injected/);
    expect(await readdir(folder)).toEqual(['file']);
  }
  await publish(path, 'new');
});
