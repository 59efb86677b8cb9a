/** `npm run test:faults`: the rows of the fault matrix that `npm test` has no time for. The last line counts them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jestCounts } from './checks/counts.mjs';
import { runSteps } from './checks/run-steps.mjs';
import { jest } from './checks/steps.mjs';

const reports = await mkdtemp(join(tmpdir(), 'climb-test-'));
const report = join(reports, 'jest.json');
// Two files at once: each has servers and processes of its own, and spends most of its time waiting for them.
const args = ['test/faults/slow/', '--testPathIgnorePatterns=/node_modules/', '--maxWorkers=2'];
const [succeeded] = await runSteps([{ ...jest([...args, '--json', `--outputFile=${report}`]), live: true }]);
const { passed, failed } = await jestCounts(report);
await rm(reports, { recursive: true });

process.exitCode = failed > 0 || passed === 0 || !succeeded ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);
