/**
 * Several who start, stop or lose the server of one state folder at once. Real dev servers, about a second each; what a
 * single caller sees is in test/end-to-end/temporal-server.test.ts.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../adapters/home.ts';
import { freePorts } from '../../adapters/ports.ts';
import { endProcess, isAlive } from '../../adapters/process-life.ts';
import { readServerRecord } from '../../adapters/server-record.ts';
import { ensureServer } from '../../adapters/temporal-server.ts';
import { until } from '../until.ts';
import { scratch } from './scratch.ts';

type Starter = ChildProcess & { stdout: NodeJS.ReadableStream };

const folder = scratch();
const starters: Starter[] = [];
let count = 0;
let home: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  home = join(folder, String(count++));
  const [port, uiPort] = await freePorts(2);
  env = { ...process.env, CLIMB_PORT: String(port), CLIMB_UI_PORT: String(uiPort) };
  delete env['TEMPORAL_ADDRESS'];
});

afterEach(async () => {
  for (const child of starters.splice(0)) child.kill('SIGKILL');
  for (const pid of servers()) await endProcess(pid, 1_000);
});

/** The processes that serve this state folder, whatever its record says. */
function servers(): number[] {
  const processes = execFileSync('ps', ['-ww', '-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const database = join(home, 'temporal.db');
  return processes
    .filter((line) => line.includes('start-dev') && line.includes(` ${database} `))
    .map((line) => parseInt(line, 10));
}

/** A start in a process of its own. */
function starter(): Starter {
  const module = JSON.stringify(join(repositoryRoot, 'adapters/temporal-server.ts'));
  const code = `const { ensureServer } = await import(${module});
    console.log((await ensureServer({ home: ${JSON.stringify(home)} })).address);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    cwd: repositoryRoot,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  starters.push(child);
  return child;
}

async function firstWords({ stdout }: Starter): Promise<string> {
  const [words] = (await once(stdout, 'data')) as [Buffer];
  return words.toString().trim();
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('two who start at once share one server, which the record names and one of them stops', async () => {
  const [one, other] = await Promise.all([ensureServer({ home, env }), ensureServer({ home, env })]);
  expect(one.address).toBe(other.address);
  const [pid = 0, ...more] = servers();
  expect(more).toEqual([]);
  expect(readServerRecord(home)).toMatchObject({
    pid,
    owner: process.pid,
    address: one.address,
    clusterId: expect.any(String),
  });

  await Promise.all([one.stop(), other.stop()]);
  expect(isAlive(pid)).toBe(false);
  expect(readServerRecord(home)).toBeNull();
  expect(existsSync(join(home, 'server.lock'))).toBe(false);
});

test('two processes too; when both are killed, one of the next two takes the server over and stops it', async () => {
  const [address, ...addresses] = await Promise.all([starter(), starter()].map(firstWords));
  expect(addresses).toEqual([address]);
  const [pid, ...more] = servers();
  expect(more).toEqual([]);
  expect(readServerRecord(home)).toMatchObject({ pid, address, clusterId: expect.any(String) });

  await Promise.all(starters.map(kill));
  const heirs = await Promise.all([ensureServer({ home, env }), ensureServer({ home, env })]);
  expect(servers()).toEqual([pid]);
  for (const heir of heirs) await heir.stop();
  expect(servers()).toEqual([]);
});

test('who comes while it is stopped starts another, whose record stays', async () => {
  const first = await ensureServer({ home, env });
  const before = readServerRecord(home);
  const stopping = first.stop();
  await until(() => existsSync(join(home, 'server.lock')) || !isAlive(before?.pid ?? 0));
  const [second] = await Promise.all([ensureServer({ home, env }), stopping]);
  const after = readServerRecord(home);
  expect(after?.pid).not.toBe(before?.pid);

  await first.stop(); // once more, as one whose server was killed does: the next one's isn't its to end
  expect(servers()).toEqual([after?.pid]);
  expect(readServerRecord(home)).toEqual(after);
  await second.stop();
});
