/** How many tests passed and failed, read from the runners' own reports. */
import { readFile } from 'node:fs/promises';

/** @typedef {{ passed: number, failed: number }} Counts */

/** A runner that died left no report: one failure, so that it can't pass for success. @type {Counts} */
const noReport = { passed: 0, failed: 1 };

/** From `jest --json`; a file that couldn't be loaded counts as one failure. @param {string} path @returns {Promise<Counts>} */
export async function jestCounts(path) {
  const report = await readFile(path, 'utf8').catch(() => null);
  if (report === null) return noReport;
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(report);
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

/** From `pytest --junitxml`. @param {string} path @returns {Promise<Counts>} */
export async function pytestCounts(path) {
  const suite = /<testsuite [^>]*>/.exec(await readFile(path, 'utf8').catch(() => ''))?.[0];
  if (!suite) return noReport;
  const count = (/** @type {string} */ name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  return { passed: count('tests') - failed - count('skipped'), failed };
}
