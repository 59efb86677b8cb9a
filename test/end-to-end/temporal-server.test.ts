/** Starts real dev servers (about a second each), on free ports and in state folders of its own. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../adapters/ports.ts';
import { endProcess, isAlive } from '../../adapters/process-life.ts';
import { readServerRecord, writeServerRecord } from '../../adapters/server-record.ts';
import { connectClient, connectionSettings } from '../../adapters/temporal-connection.ts';
import { ensureServer } from '../../adapters/temporal-server.ts';

const homes: string[] = [];
let home: string;
let env: NodeJS.ProcessEnv;
let port: number;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'climb-server-'));
  homes.push(home);
  const [first, second] = await freePorts(2);
  port = first ?? 0;
  env = { ...process.env, CLIMB_PORT: String(first), CLIMB_UI_PORT: String(second) };
  delete env['TEMPORAL_ADDRESS'];
});

afterAll(() => Promise.all(homes.map((folder) => rm(folder, { recursive: true, force: true }))));

/** What a process that was killed leaves in the record: an owner that no longer exists. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('a server of our own', () => {
  test('serves, keeps closed workflows 90 days, knows the search attributes, and ends', async () => {
    const server = await ensureServer({ home, env });
    const { pid } = readServerRecord(home) ?? { pid: 0 };
    expect(isAlive(pid)).toBe(true);

    const client = await connectClient(connectionSettings(home, {}));
    const { config } = await client.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 3600);
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining([
        'ClimbPhase',
        'ClimbBranchOf',
        'ClimbIteration',
        'ClimbProxiesTrained',
        'ClimbBestScore',
      ]),
    );
    await client.connection.close();

    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(readServerRecord(home)).toBeNull();
  });

  test('killed with -9 it comes back on the same database', async () => {
    const first = await ensureServer({ home, env });
    const before = readServerRecord(home);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await expect(first.died).rejects.toThrow(/has ended.*the same command again/s);

    const server = await ensureServer({ home, env });
    const after = readServerRecord(home);
    expect(after?.clusterId).toBe(before?.clusterId);
    expect(after?.pid).not.toBe(before?.pid);
    await server.stop();
  });

  test('is used by a second caller, who leaves it running', async () => {
    const first = await ensureServer({ home, env });
    const second = await ensureServer({ home, env });
    expect(second.address).toBe(first.address);
    await second.stop();
    const third = await ensureServer({ home, env });
    expect(third.address).toBe(first.address);
    await first.stop();
  });

  test('left behind by a killed owner, it is adopted and stopped', async () => {
    await ensureServer({ home, env });
    const record = readServerRecord(home);
    if (!record) throw new Error('no record');
    await writeServerRecord(home, { ...record, owner: await deadPid() });

    const heir = await ensureServer({ home, env });
    expect(readServerRecord(home)).toEqual({ ...record, owner: process.pid });
    await heir.stop();
    expect(isAlive(record.pid)).toBe(false);
  });

  test("a stranger's server at the recorded address is neither used nor stopped", async () => {
    const stranger = await ensureServer({ home, env });
    const record = readServerRecord(home);
    if (!record) throw new Error('no record');
    const other = await mkdtemp(join(tmpdir(), 'climb-server-'));
    homes.push(other);
    await writeServerRecord(other, { ...record, owner: await deadPid(), clusterId: 'another database' });

    await expect(ensureServer({ home: other, env })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
    expect(isAlive(record.pid)).toBe(true);
    await stranger.stop();
  });
});

describe('one clear error', () => {
  test('when the port is taken', async () => {
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    await expect(ensureServer({ home, env })).rejects.toThrow(
      /port \d+ of 127.0.0.1 is taken.*Try: CLIMB_PORT=<another port>.*TEMPORAL_ADDRESS=/,
    );
    squatter.close();
  });

  test('when TEMPORAL_ADDRESS names a silent server', async () => {
    const address = `127.0.0.1:${port}`;
    await expect(ensureServer({ home, env: { ...env, TEMPORAL_ADDRESS: address } })).rejects.toThrow(
      `no Temporal server answers at ${address}`,
    );
  });

  test('when TEMPORAL_CLI is no Temporal CLI', async () => {
    await expect(ensureServer({ home, env: { ...env, TEMPORAL_CLI: '/bin/true' } })).rejects.toThrow(
      /no Temporal CLI .* at TEMPORAL_CLI=\/bin\/true/,
    );
  });

  test('when the server ends at once, with its last words', async () => {
    await writeFile(join(home, 'temporal.db'), 'not a database');
    await expect(ensureServer({ home, env })).rejects.toThrow(
      /didn't start serving[\s\S]*Its last words[\s\S]*not a database/,
    );
    expect(await readFile(join(home, 'temporal.db'), 'utf8')).toBe('not a database');
  });
});

test('endProcess kills what ignores the polite request', async () => {
  const stubborn = spawn(process.execPath, [
    '--eval',
    "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)",
  ]);
  await once(stubborn.stdout, 'data');
  await endProcess(stubborn.pid ?? 0, 100);
  expect(isAlive(stubborn.pid ?? 0)).toBe(false);
});
