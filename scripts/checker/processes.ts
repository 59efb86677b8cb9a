import { readdir, readFile } from 'node:fs/promises';
import type { Evidence, Invariant } from './evidence.ts';

const graceByDefault = 15_000;
const lookEvery = 200;

export type Process = { readonly pid: number; readonly command: string };

/** I5: no trainer process 15 s after the end, which is the end of the workers: idle trainers wait for work until then. */
export const processesEnded: Invariant = async ({ mark, grace = graceByDefault }) => {
  if (mark === undefined) return [];
  const deadline = performance.now() + grace;
  for (;;) {
    const left = await processesWith(mark);
    if (left.length === 0 || performance.now() > deadline) {
      return left.map(({ pid, command }) => `process ${pid} is still there: ${command}`);
    }
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
};

/** Living processes with a text in their environment or command line, this one aside. */
export async function processesWith(mark: NonNullable<Evidence['mark']>): Promise<Process[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = pids.map(async (pid): Promise<Process[]> => {
    if (pid === process.pid) return [];
    const [command, environment, state] = await Promise.all(
      ['cmdline', 'environ', 'stat'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
    );
    // One that is dead and not yet waited for by its parent is no process any more.
    if (/\) [ZX] /.test(state ?? '')) return [];
    const marked = `${command}\0${environment}`.includes(mark);
    return marked ? [{ pid, command: (command ?? '').replaceAll('\0', ' ').trim() }] : [];
  });
  return (await Promise.all(found)).flat();
}
