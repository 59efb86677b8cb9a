/**
 * Runs commands one after the other, whatever fails on the way, and prints the sum of what their last lines count:
 * `N passed, N failed`. Each argument is a command: `node scripts/checks/sum-of.mjs 'npm test' 'npm run test:faults'`.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const counts = [];
for (const command of process.argv.slice(2)) counts.push(await countsOf(command));
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);

process.exitCode = failed > 0 || counts.length === 0 || counts.some(({ ok }) => !ok) ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);

/**
 * What a command counts; one that fails, or doesn't say what it counted, is a failure even where it counted none.
 *
 * @param {string} command
 */
async function countsOf(command) {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    if (line.trim() !== '') last = line;
  }
  const counted = /^(\d+) passed, (\d+) failed$/.exec(last);
  const failed = Number(counted?.[2] ?? 0);
  const ok = (await ended) === 0 && counted !== null && Number(counted[1]) > 0;
  return { ok, passed: Number(counted?.[1] ?? 0), failed: ok ? failed : Math.max(failed, 1) };
}
