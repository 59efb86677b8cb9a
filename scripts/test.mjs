/** `npm test`: every check and every test, whatever fails on the way. The last line counts them: `N passed, N failed`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jestCounts, pytestCounts } from './checks/counts.mjs';
import { runSteps } from './checks/run-steps.mjs';
import { jest, pytest, staticChecks } from './checks/steps.mjs';

const reports = await mkdtemp(join(tmpdir(), 'climb-test-'));
const jestReport = join(reports, 'jest.json');
const pytestReport = join(reports, 'pytest.xml');

const checked = await runSteps(staticChecks);
// One after the other: both use all cores, and some tests measure time.
const tested = await runSteps(
  [
    { ...jest(['--json', `--outputFile=${jestReport}`]), live: true },
    { ...pytest([`--junitxml=${pytestReport}`]), live: true },
  ],
  1,
);

const counts = [await jestCounts(jestReport), await pytestCounts(pytestReport)];
await rm(reports, { recursive: true });
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failedTests = counts.reduce((sum, count) => sum + count.failed, 0);
// A check that fails has no tests to count, so it counts as one.
const failed = failedTests + checked.filter((ok) => !ok).length;

process.exitCode = failed > 0 || passed === 0 || tested.includes(false) ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);
