import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** Whether a process with this id exists (its own parent may not have seen it end yet). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Asks a process to end and waits until it is gone; after `graceMs` it is killed. Works for children and strangers alike. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  signal(pid, 'SIGTERM');
  for (let killed = false; isAlive(pid); await pause(LOOK_EVERY_MS)) {
    if (killed || performance.now() < deadline) continue;
    signal(pid, 'SIGKILL');
    killed = true;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
