/**
 * `npm run bench:trainer`: how fast this machine trains and scores proxies. The last line is JSON; `--processes 2` adds
 * how well that many at once scale.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { repositoryRoot } from '../../adapters/home.ts';
import { pythonEnvironment } from '../../adapters/python-environment.ts';
import { TaskLibrary } from '../../adapters/task-library.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { proxyPresets, type ProxyPresetName } from '../../climb/spec/proxy-presets.ts';
import { CommandProblem, runCommand } from '../run-command.ts';

type Options = {
  preset: ProxyPresetName;
  device: 'cpu' | 'cuda';
  dtype: 'float32' | 'bfloat16';
  members: number;
  processes: number;
  seconds: number;
  compile?: true;
  cudaGraphs?: true;
  profile?: true;
  width?: number;
  layers?: number;
  heads?: number;
  vocab?: number;
  context?: number;
  batch?: number;
};

type Figures = Record<string, unknown> & { tokensPerSecPerCore?: number; tokensPerSec?: number };

/** What is scored: the three tasks that a search scores by default, so many items of each. */
const tasks = ['piqa', 'arc_easy', 'hellaswag'];
const itemsOfTask = 1000;

const whole = (text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
};

const command = new Command('bench:trainer')
  .addOption(new Option('--preset <name>').choices(Object.keys(proxyPresets)).default('cpu-demo'))
  .addOption(new Option('--device <name>').choices(['cpu', 'cuda']).default('cpu'))
  .addOption(new Option('--dtype <name>').choices(['float32', 'bfloat16']).default('float32'))
  .option('--members <n>', 'proxies side by side in one process', whole, 1)
  .option('--processes <n>', 'processes at once, beside one alone', whole, 1)
  .option('--seconds <n>', 'of timed steps', whole, 10)
  .option('--compile', 'torch.compile')
  .option('--cuda-graphs', 'record the step as a CUDA graph')
  .option('--profile', 'where the time of a step goes, on stderr');
for (const field of ['width', 'layers', 'heads', 'vocab', 'context', 'batch']) {
  command.option(`--${field} <n>`, 'instead of the preset’s', whole);
}

await runCommand(async () => {
  const options = command.parse().opts<Options>();
  const folder = await mkdtemp(join(tmpdir(), 'climb-bench-'));
  try {
    const paths = await writeItems(folder);
    const alone = await measure(options, paths);
    if (options.processes === 1) return report(alone);
    const together = await Promise.all(Array.from({ length: options.processes }, () => measure(options, [])));
    // One alone once more: half of a drift of the machine's speed then cancels out.
    const again = await measure(options, []);
    const single = (speedOf(alone) + speedOf(again)) / 2;
    const scaling = together.reduce((sum, figures) => sum + speedOf(figures), 0) / single;
    return report({ ...alone, processes: options.processes, scaling: Number(scaling.toFixed(3)) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function report(figures: Figures): number {
  console.log(JSON.stringify(figures));
  return 0;
}

function speedOf({ tokensPerSecPerCore, tokensPerSec }: Figures): number {
  return tokensPerSecPerCore ?? tokensPerSec ?? NaN;
}

/** The tasks' items as files that the trainer reads; none where the evaluation library isn't there. */
async function writeItems(folder: string): Promise<string[]> {
  const library = new TaskLibrary(workerSettings().taskLibrary);
  if ((await library.names()).length === 0) return [];
  return Promise.all(
    tasks.map(async (name) => {
      const items = (await library.items(name, 'validation')).slice(0, itemsOfTask);
      const path = join(folder, `${name}.jsonl`);
      await writeFile(path, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
      return path;
    }),
  );
}

/** Runs trainer/bench.py once; its output but the last line goes to stderr. */
async function measure(options: Options, taskPaths: readonly string[]): Promise<Figures> {
  const preset = proxyPresets[options.preset];
  const { width, layers, heads, vocab, context, batch } = { ...preset.model, batch: preset.batch, ...options };
  if (width % (2 * heads) !== 0) {
    throw new CommandProblem(
      `${heads} heads must divide the width ${width} into even parts; give other --heads or --width`,
    );
  }
  const named = {
    preset: options.preset,
    device: options.device,
    dtype: options.dtype,
    batch,
    members: options.members,
  };
  const structured = {
    model: { width, layers, heads, vocab, context },
    tasks: taskPaths,
    accelerate: { compile: options.compile ?? false, cudaGraphs: options.cudaGraphs ?? false },
  };
  const args = [
    join(repositoryRoot, 'trainer/bench.py'),
    ...Object.entries({ ...named, seconds: options.seconds }).map(([name, value]) => `--${name}=${value}`),
    ...Object.entries(structured).map(([name, value]) => `--${name}=${JSON.stringify(value)}`),
    ...(options.profile ? ['--profile'] : []),
  ];
  const child = spawn(pythonEnvironment(repositoryRoot).python, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const last = Buffer.concat(chunks).toString().trim().split('\n').at(-1) ?? '';
  if (code !== 0) {
    throw new CommandProblem(`the benchmark of the trainer ended with exit ${String(code)}; its last words are above`);
  }
  return JSON.parse(last) as Figures;
}
