/** `npm test` and `npm run check` themselves, in a copy whose tools are stand-ins that say and report what a test wants. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { copyRepository, type RepositoryCopy } from './repository-copy.ts';

const PASS = '#!/bin/sh\necho fine\n';
const FAIL = '#!/bin/sh\necho "climb/a.ts(3,1): wrong"\nexit 2\n';
const jest = (report: object, code = 0) =>
  `#!/bin/sh\nfor a in "$@"; do case $a in --outputFile=*) echo '${JSON.stringify(report)}' > "\${a#*=}";; esac; done\nexit ${code}\n`;
const pytest = (counts: string, code = 0) =>
  `#!/bin/sh\nfor a in "$@"; do case $a in --junitxml=*) echo '<testsuites><testsuite name="pytest" ${counts} time="1.0">' > "\${a#*=}";; esac; done\nexit ${code}\n`;

let copy: RepositoryCopy;
beforeEach(async () => {
  copy = await copyRepository(['scripts']);
  for (const tool of ['prettier', 'eslint', 'tsc', 'depcruise']) await tools(tool, PASS);
  await tools('jest', jest({ numPassedTests: 40, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }));
  await copy.write('.venv/bin/python', pytest('errors="0" failures="0" skipped="2" tests="12"'), 0o755);
});
afterEach(() => copy.remove());

const tools = (name: string, script: string) => copy.write(`node_modules/.bin/${name}`, script, 0o755);

async function run(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [`scripts/${script}.mjs`, ...args], { cwd: copy.root });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (output += part));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output, last: output.trimEnd().split('\n').at(-1) };
}

describe('npm test', () => {
  test('sums Jest and pytest on its last line', async () => {
    expect(await run('test')).toMatchObject({ code: 0, last: '50 passed, 0 failed' });
  });

  test('fails with a failing test, and still runs the rest', async () => {
    await tools('jest', jest({ numPassedTests: 38, numFailedTests: 2, numRuntimeErrorTestSuites: 1 }, 1));
    expect(await run('test')).toMatchObject({ code: 1, last: '48 passed, 3 failed' });
    await tools('jest', PASS);
    await copy.write('.venv/bin/python', pytest('errors="1" failures="1" skipped="0" tests="5"', 1), 0o755);
    expect(await run('test')).toMatchObject({ code: 1, last: '3 passed, 3 failed' });
  });

  test('fails with a failing check, whose output it shows', async () => {
    await tools('tsc', FAIL);
    const { code, last, output } = await run('test');
    expect([code, last]).toEqual([1, '50 passed, 1 failed']);
    expect(output).toMatch(/✗ types +\d+\.\d s\n {4}climb\/a\.ts\(3,1\): wrong\n/);
    expect(output).not.toContain('fine');
  });

  test('fails when a runner dies without a report, or nothing ran', async () => {
    await tools('jest', '#!/bin/sh\nkill -9 $$\n');
    expect(await run('test')).toMatchObject({ code: 1, last: '10 passed, 1 failed' });
    await tools('jest', jest({ numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }));
    await copy.write('.venv/bin/python', pytest('errors="0" failures="0" skipped="3" tests="3"'), 0o755);
    expect(await run('test')).toMatchObject({ code: 1, last: '0 passed, 0 failed' });
  });
});

describe('npm run test:faults', () => {
  test('runs the slow rows of the fault matrix and counts them on its last line', async () => {
    await tools('jest', `${jest({ numPassedTests: 9, numFailedTests: 0, numRuntimeErrorTestSuites: 0 })}\n`);
    expect(await run('test-faults')).toMatchObject({ code: 0, last: '9 passed, 0 failed' });
    await tools('jest', '#!/bin/sh\necho "$@"\nexit 1\n');
    const { code, last, output } = await run('test-faults');
    expect([code, last]).toEqual([1, '0 passed, 1 failed']);
    expect(output).toContain('test/faults/slow/ --testPathIgnorePatterns=/node_modules/');
  });
});

describe('.ci/run', () => {
  const says = (line: string, code = 0) => `echo begun; echo '${line}'; exit ${code}`;

  test('runs all, and sums what they count on its last line', async () => {
    const { code, last, output } = await run('checks/sum-of', says('40 passed, 0 failed'), says('2 passed, 0 failed'));
    expect([code, last]).toEqual([0, '42 passed, 0 failed']);
    expect(output).toMatch(/begun\n40 passed, 0 failed\nbegun\n2 passed, 0 failed\n42/);
  });

  test.each([
    ['one has failures', says('40 passed, 2 failed', 1), '42 passed, 2 failed'],
    ['one fails for another reason', says('40 passed, 0 failed', 1), '42 passed, 1 failed'],
    ['one counts nothing', 'echo fine', '2 passed, 1 failed'],
    ['nothing ran in one', says('0 passed, 0 failed'), '2 passed, 1 failed'],
    ['one was killed', 'kill -9 $$', '2 passed, 1 failed'],
  ])('fails when %s, and still runs the rest', async (_, command, last) => {
    expect(await run('checks/sum-of', command, says('2 passed, 0 failed'))).toMatchObject({ code: 1, last });
  });
});

describe('npm run check', () => {
  test('says a line for each step and succeeds', async () => {
    const { code, output } = await run('check');
    expect(code).toBe(0);
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => line.split(/ +/)[1])
        .sort(),
    ).toEqual(['boundaries', 'format', 'jest', 'lint', 'types']);
  });

  test('fails when a tool is missing, and names it', async () => {
    await rm(join(copy.root, 'node_modules/.bin/eslint'));
    const { code, output } = await run('check');
    expect(code).toBe(1);
    expect(output).toMatch(/✗ lint[^]*ENOENT/);
  });
});
