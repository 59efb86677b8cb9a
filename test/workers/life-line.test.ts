import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { repositoryRoot } from '../../adapters/home.ts';

/** Something that works until it is told to stop, by its life line or by SIGTERM. */
const program = `
  const { watchStandardInput } = await import('./workers/life-line.ts');
  const work = setInterval(() => {}, 1000);
  const stop = (why) => { console.log(why); clearInterval(work); };
  watchStandardInput(() => stop('let go'));
  process.once('SIGTERM', () => stop('told'));
  console.log('ready');
`;

async function endedBy(how: 'SIGTERM' | 'end'): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: repositoryRoot,
    env: { ...process.env, CLIMB_LIFE_LINE: 'stdin' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
    if (!said.endsWith('ready\n')) return;
    if (how === 'end') child.stdin.end();
    else child.kill(how);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

test('a worker ends when its starter lets go of its standard input', async () => {
  expect(await endedBy('end')).toEqual({ code: 0, said: 'ready\nlet go\n' });
}, 60_000);

test('a worker that a signal told to end does so, though its starter still holds on', async () => {
  expect(await endedBy('SIGTERM')).toEqual({ code: 0, said: 'ready\ntold\n' });
}, 60_000);
