import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from './process-life.ts';
import { publishOnce } from './publish.ts';

const SIGN_OF_LIFE_MS = 2_000;
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 50;

/**
 * Runs `act` while nobody else on this machine runs anything under the same path. The file there names whose turn it is,
 * who touches it as a sign of life. A turn passes on at once when that process is gone, and after `patienceMs` without a
 * sign (by the waiter's own clock) when its number is another process's by now.
 * @throws DiskFull when there is no room for the file; what `act` throws
 */
export async function inTurn<T>(path: string, act: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const ticket = `${process.pid}-${randomUUID()}`;
  while (!(await publishOnce(path, ticket))) await waitFor(path, patienceMs);
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), SIGN_OF_LIFE_MS);
  try {
    return await act();
  } finally {
    clearInterval(timer);
    await withdraw(path, ticket); // one that was frozen for long may have lost its turn to another
  }
}

/** Waits until the turn that is taken has ended, or ends one that nobody has any more. */
async function waitFor(path: string, patienceMs: number): Promise<void> {
  let seen = { ticket: '', touched: 0, at: performance.now() };
  for (let sign = await lastSign(path); sign !== null; sign = await lastSign(path)) {
    if (sign.ticket !== seen.ticket || sign.touched !== seen.touched) seen = { ...sign, at: performance.now() };
    if (!isAlive(Number.parseInt(sign.ticket, 10)) || performance.now() - seen.at > patienceMs) {
      const { ticket } = sign;
      // By turns again, at a path of this ticket's own: a slower waiter must not remove the next holder's file for it.
      return inTurn(`${path}.${ticket}`, () => withdraw(path, ticket), patienceMs);
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** null when it is nobody's turn. */
async function lastSign(path: string): Promise<{ ticket: string; touched: number } | null> {
  try {
    return { ticket: await readFile(path, 'utf8'), touched: (await stat(path)).mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function withdraw(path: string, ticket: string): Promise<void> {
  if ((await lastSign(path))?.ticket === ticket) await rm(path, { force: true });
}
