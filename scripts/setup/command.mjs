/** Runs npm and pip with their output in a log file, and turns a failure into a sentence with the log's tail. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const LEASH = fileURLToPath(new URL('leash.mjs', import.meta.url));
const TAIL_LINES = 15;

/** Something a person has to put right: `message` says what happened, `remedy` what to try. */
export class Problem extends Error {
  /** @param {string} message @param {string} remedy */
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/**
 * @typedef {{ path: string, run: (name: string, command: string, args: string[], cwd: string) => Promise<void>, close: () => void }} Log
 * @param {string} path
 * @returns {Log}
 */
export function openLog(path) {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  return {
    path,
    close: () => closeSync(file),
    async run(name, command, args, cwd) {
      // Only the name: CLIMB_PIP_ARGS may carry the credentials of a private index.
      writeSync(file, `\n== ${name}\n`);
      const code = await new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [LEASH, command, ...args], { cwd, stdio: ['pipe', file, file] });
        child.on('error', reject).on('close', resolve);
      });
      if (code !== 0)
        throw new Problem(
          `\`${name}\` failed with exit code ${code}. The end of ${path}:\n${tail(path)}`,
          adviceFor(name),
        );
    },
  };
}

/** @param {string} path */
const tail = (path) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-TAIL_LINES)
    .map((line) => `    ${line}`)
    .join('\n');

/** @param {string} name */
const adviceFor = (name) =>
  name.startsWith('npm')
    ? 'check the network, and `npm config get registry`'
    : 'check the network and the free disk space (torch needs about 6 GB, 1 GB with CLIMB_PIP_ARGS="--extra-index-url https://download.pytorch.org/whl/cpu")';
