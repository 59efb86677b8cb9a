/** `npm run check`, the inner loop: types, lint, room boundaries, unit and replay tests. Leaves out what starts servers. */
import { runSteps } from './checks/run-steps.mjs';
import { jest, staticChecks } from './checks/steps.mjs';

const quickTests = ['test/climb/', 'test/activities/', 'test/adapters/', 'test/replay/'];

// Jest leaves a core to others by default; here it is the longest step, and the others end early.
const succeeded = await runSteps([jest([...quickTests, '--maxWorkers=100%']), ...staticChecks]);
process.exitCode = succeeded.every(Boolean) ? 0 : 1;
