/** Runs commands side by side and prints a line for each with its time; what a failing one said is shown in full. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {{ name: string, command: string, args: string[], env?: NodeJS.ProcessEnv, live?: boolean }} Step
 * `live` shows the output as it comes, for steps of many minutes; without it only a failing step's output is shown.
 */

/**
 * @param {Step[]} steps longest first
 * @param {number} [atOnce]
 * @returns {Promise<boolean[]>} whether each succeeded, in the steps' order
 */
export async function runSteps(steps, atOnce = availableParallelism()) {
  /** @type {boolean[]} */
  const succeeded = [];
  const waiting = steps.entries();
  const runner = async () => {
    // All runners draw from one iterator: each takes the next step that nobody has.
    for (const [index, step] of waiting) succeeded[index] = await runStep(step);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
  return succeeded;
}

/** @param {Step} step */
async function runStep({ name, command, args, env = {}, live = false }) {
  const begin = performance.now();
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part) => (output += part));
  }
  const ok = await new Promise((resolve) => {
    child.on('error', ({ message }) => {
      output += `${message}\n`;
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(12)} ${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s`);
  if (!ok && output) console.log(output.trimEnd().replaceAll(/^/gm, '    '));
  return ok;
}
