import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeServerRecord } from '../../adapters/server-record.ts';
import { connectionSettings } from '../../adapters/temporal-connection.ts';

let home: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'climb-connection-'));
  env = { TEMPORAL_CONFIG_FILE: join(home, 'temporal.toml') };
});
afterEach(() => rm(home, { recursive: true, force: true }));

const address = () => connectionSettings(home, env).connectionOptions.address;

test('the address: variable, profile, the dev server of the state folder, where it would listen', async () => {
  expect(address()).toBe('127.0.0.1:7233');
  env['CLIMB_PORT'] = '7234';
  expect(address()).toBe('127.0.0.1:7234');
  await writeServerRecord(home, { pid: 1, owner: 1, address: '127.0.0.1:7300', uiAddress: '', clusterId: null });
  expect(address()).toBe('127.0.0.1:7300');
  await writeFile(
    join(home, 'temporal.toml'),
    '[profile.default]\naddress = "profile.example:7233"\nnamespace = "research"\n',
  );
  expect(address()).toBe('profile.example:7233');
  expect(connectionSettings(home, env).namespace).toBe('research');
  env['TEMPORAL_ADDRESS'] = 'variable.example:7233';
  expect(address()).toBe('variable.example:7233');
});

test('the namespace is "default" unless one is named', () => {
  expect(connectionSettings(home, env).namespace).toBe('default');
  expect(connectionSettings(home, { ...env, TEMPORAL_NAMESPACE: 'mixtures' }).namespace).toBe('mixtures');
});

test('a server record cut short counts as none', async () => {
  await writeFile(join(home, 'server.json'), '{"pid": 1, "addr');
  expect(address()).toBe('127.0.0.1:7233');
});
