import { spawn } from 'node:child_process';
import { CommandProblem } from '../run-command.ts';

/** What a program used of the machine. */
export type Usage = { readonly peakRssMB: number; readonly cpuSeconds: number };

/** Runs a program to its end, its complaints on our stderr. @returns its stdout @throws CommandProblem when it fails */
export async function outputOf(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) {
    throw new CommandProblem(
      `${[program, ...args.slice(0, 3)].join(' ')} … ended with exit ${String(code)}; its last words are above`,
    );
  }
  return Buffer.concat(chunks).toString();
}

/** Peak memory and CPU time of this process so far, its threads counted. */
export function ownUsage(): Usage {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakRssMB: Math.round(maxRSS / 1024), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
}

export const lastLine = (output: string) => output.trim().split('\n').at(-1) ?? '';

/** A number as people read it: so many digits that count. */
export const rounded = (value: number, digits = 3) => Number(value.toPrecision(digits));
