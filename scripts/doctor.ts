import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { climbHome, repositoryRoot } from '../adapters/home.ts';
import { pythonEnvironment } from '../adapters/python-environment.ts';
import { TaskLibrary } from '../adapters/task-library.ts';
import { MINIMUM_CLI, findTemporalCli } from '../adapters/temporal-cli.mjs';
import { connectClient, connectionSettings } from '../adapters/temporal-connection.ts';

/** One line of the doctor's: `fail` stops a search, `warn` only slows or limits it. */
export type Check = { name: string; level: 'ok' | 'warn' | 'fail'; found: string; remedy?: string };

type Finding = Omit<Check, 'name'>;
const ok = (found: string): Finding => ({ level: 'ok', found });
const warn = (found: string, remedy: string): Finding => ({ level: 'warn', found, remedy });
const fail = (found: string, remedy: string): Finding => ({ level: 'fail', found, remedy });

const SET_UP = 'node scripts/setup.mjs';
/** Below this a demo's checkpoints and artifacts don't fit. */
const DISK_NEEDED_GB = 1;
/** Below this a search of a few hundred proxies may not. */
const DISK_WANTED_GB = 10;

/** Looks at everything a search needs on this machine; changes nothing but creating the state folder. */
export async function doctor(env: NodeJS.ProcessEnv, root: string = repositoryRoot): Promise<Check[]> {
  const home = climbHome(env);
  const { python, evaluationLibrary } = pythonEnvironment(root);
  return [
    { name: 'Node', ...ok(process.versions.node) }, // tsx wouldn't have come this far on an old one
    { name: 'npm', ...program('npm', ['--version'], env, 'install Node from https://nodejs.org, which brings npm') },
    { name: 'Python', ...program(python, ['--version'], env, SET_UP) },
    { name: 'torch', ...program(python, ['-c', DESCRIBE_TORCH], env, `rm -rf .venv && ${SET_UP}`) },
    {
      name: 'tokenizers',
      ...program(python, ['-c', 'import tokenizers; print(tokenizers.__version__)'], env, `rm -rf .venv && ${SET_UP}`),
    },
    { name: 'Temporal CLI', ...temporalCli(root, env) },
    { name: 'Temporal server', ...(await temporalServer(home, env)) },
    { name: 'evaluation tasks', ...(await evaluationTasks(evaluationLibrary)) },
    { name: 'demo corpus', ...demoCorpus(join(root, 'examples/corpus')) },
    { name: 'CLIMB_HOME', ...stateFolder(home) },
    { name: 'disk', ...disk(home) },
    { name: 'cores', ...cores() },
  ];
}

export function formatCheck({ name, level, found, remedy }: Check): string {
  const sign = { ok: '✓', warn: '!', fail: '✗' }[level];
  return `${sign} ${name.padEnd(17)} ${found}${remedy ? `\n${' '.repeat(20)}try: ${remedy}` : ''}`;
}

const DESCRIBE_TORCH = `import torch
gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
half = any(torch.cpu.get_capabilities().get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
print(torch.__version__ + ",", gpu + ",", "a CPU with bfloat16 (a trainer profile may use it)" if half else "a CPU without bfloat16")`;

function program(command: string, args: string[], env: NodeJS.ProcessEnv, remedy: string): Finding {
  const { error, status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
  if (error) return fail(`${command} doesn't start (${error.message})`, remedy);
  return status === 0 ? ok(stdout.trim()) : fail(stderr.trim().split('\n').at(-1) ?? `exit code ${status}`, remedy);
}

function temporalCli(root: string, env: NodeJS.ProcessEnv): Finding {
  const cli = findTemporalCli(root, env);
  if (cli) return ok(`${cli.version} from ${cli.from} (${cli.path})`);
  return env['TEMPORAL_CLI']
    ? fail(`TEMPORAL_CLI=${env['TEMPORAL_CLI']} doesn't report ${MINIMUM_CLI} or newer`, 'correct it, or unset it')
    : fail(`none of ${MINIMUM_CLI} or newer on PATH or in .venv`, SET_UP);
}

async function temporalServer(home: string, env: NodeJS.ProcessEnv): Promise<Finding> {
  const settings = connectionSettings(home, env);
  const { address } = settings.connectionOptions;
  try {
    const { connection, workflowService } = await connectClient(settings);
    await workflowService.describeNamespace({ namespace: settings.namespace }).finally(() => connection.close());
    return ok(`${address}, namespace ${settings.namespace}`);
  } catch {
    return warn(
      `nobody answers at ${address}`,
      '`npm start` and `npm run dev` start one; for another set TEMPORAL_ADDRESS',
    );
  }
}

async function evaluationTasks(library: string | null): Promise<Finding> {
  const names = library ? await new TaskLibrary(library).names() : [];
  return names.length > 0
    ? ok(`${names.length}, among them ${names.slice(0, 4).join(', ')}`)
    : fail('none', `rm -rf .venv && ${SET_UP}`);
}

function demoCorpus(folder: string): Finding {
  const domains = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.jsonl.gz')) : [];
  return domains.length > 0 ? ok(`${domains.length} domains`) : warn('not there; only `npm start` needs it', SET_UP);
}

function stateFolder(home: string): Finding {
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
    return ok(home);
  } catch (error) {
    return fail((error as Error).message, 'name a writable folder in CLIMB_HOME');
  }
}

function disk(home: string): Finding {
  if (!existsSync(home)) return warn('unknown without CLIMB_HOME', 'name a writable folder in CLIMB_HOME');
  const { bavail, bsize } = statfsSync(home);
  const free = (bavail * bsize) / 1e9;
  const found = `${free.toFixed(1)} GB free`;
  if (free < DISK_NEEDED_GB)
    return fail(found, `free ${DISK_NEEDED_GB} GB, or name a folder on another disk in CLIMB_HOME`);
  return free < DISK_WANTED_GB ? warn(found, 'enough for the demo; a long search wants more') : ok(found);
}

function cores(): Finding {
  const count = availableParallelism();
  return count > 1 ? ok(String(count)) : warn('1', 'the demo takes about twice as long as on two');
}
