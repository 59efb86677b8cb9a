/** What is checked, as commands. */
import { join } from 'node:path';
import { root } from './run-steps.mjs';

/** @typedef {import('./run-steps.mjs').Step} Step */

/** @param {string} name */
const installed = (name) => join(root, 'node_modules/.bin', name);

/** @type {Step[]} */
export const staticChecks = [
  { name: 'format', command: installed('prettier'), args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: installed('eslint'), args: ['.'] },
  { name: 'types', command: installed('tsc'), args: [] },
  {
    name: 'boundaries',
    command: installed('depcruise'),
    args: ['climb', 'workflows', 'activities', 'adapters', 'workers', 'scripts', '--config', '.dependency-cruiser.cjs'],
  },
];

/**
 * The TypeScript tests. Their files are ES modules, which Jest runs only behind Node's flag.
 *
 * @param {string[]} args paths and options
 * @returns {Step}
 */
export const jest = (args) => ({
  name: 'jest',
  command: installed('jest'),
  args,
  env: { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
});

/** The trainer's tests. @param {string[]} args @returns {Step} */
export const pytest = (args) => ({
  name: 'pytest',
  command: join(root, '.venv/bin/python'),
  args: ['-m', 'pytest', '-q', 'trainer/tests', ...args],
});
