import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doctor, formatCheck } from '../../scripts/doctor.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'climb-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A port where nobody listens: discard, never served on a development machine. */
const NOBODY = '127.0.0.1:9';

test('a machine that is set up is fine but for the server that nobody started', async () => {
  const checks = await doctor({ ...process.env, CLIMB_HOME: folder, TEMPORAL_ADDRESS: NOBODY });
  expect(checks.filter(({ level }) => level === 'fail')).toEqual([]);
  expect(checks.find(({ name }) => name === 'Temporal server')).toMatchObject({
    level: 'warn',
    found: `nobody answers at ${NOBODY}`,
  });
  expect(checks.find(({ name }) => name === 'torch')?.found).toMatch(/^2\.13\.0/);
  expect(checks.find(({ name }) => name === 'evaluation tasks')?.found).toContain('arc_easy');
});

test('an empty folder without programs fails, each line with what to do', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const checks = await doctor({ PATH: '', CLIMB_HOME: join(file, 'home'), TEMPORAL_ADDRESS: NOBODY }, folder);
  expect(checks.filter(({ level }) => level === 'fail').map(({ name }) => name)).toEqual(
    expect.arrayContaining(['npm', 'Python', 'torch', 'tokenizers', 'Temporal CLI', 'evaluation tasks', 'CLIMB_HOME']),
  );
  expect(checks.filter(({ level, remedy }) => level !== 'ok' && !remedy)).toEqual([]);
});

test('a line has a sign, a name, what was found, and what to try', () => {
  expect(formatCheck({ name: 'cores', level: 'ok', found: '2' })).toBe('✓ cores             2');
  expect(formatCheck({ name: 'npm', level: 'fail', found: 'gone', remedy: 'install it' })).toBe(
    `✗ npm               gone\n${' '.repeat(20)}try: install it`,
  );
});
