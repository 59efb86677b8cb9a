/**
 * One at a time in a folder: set-ups, and those who start or stop a server. Plain JavaScript, since set-up runs before
 * anything is installed. The lock is a file naming its holder, who touches it as a sign of life.
 * A waiter takes it over at once when the holder's process is gone, and after PATIENCE without a sign of life
 * (by the waiter's own clock) when the process number has been given to somebody else.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const SIGN_OF_LIFE_MS = 2_000;
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 200;

/**
 * @param {string} path
 * @param {() => void} onWait called once, when somebody else holds the lock
 * @param {number} [patienceMs]
 * @returns {Promise<() => void>} the function that releases it
 */
export async function acquireLock(path, onWait, patienceMs = PATIENCE_MS) {
  mkdirSync(dirname(path), { recursive: true });
  let seen = { life: '', since: performance.now() };
  const ticket = `${process.pid}-${randomUUID()}`;
  for (let waited = false; !take(path, ticket);) {
    const life = signOfLife(path);
    if (life !== seen.life) seen = { life, since: performance.now() };
    if (life && (holderIsGone(life) || performance.now() - seen.since > patienceMs)) {
      discard(path, life);
      continue;
    }
    if (!waited) onWait();
    waited = true;
    await pause(LOOK_EVERY_MS);
  }
  // One that was frozen for long may have lost its lock to another, whose file this is by now.
  const isMine = () => signOfLife(path).startsWith(`${ticket} `);
  const touch = () => isMine() && utimesSync(path, new Date(), new Date());
  const timer = setInterval(touch, SIGN_OF_LIFE_MS).unref();
  return () => {
    clearInterval(timer);
    if (isMine()) rmSync(path, { force: true });
  };
}

/** Linking a finished file makes the lock appear with its content, or not at all. @param {string} path @param {string} ticket */
function take(path, ticket) {
  const mine = `${path}.${ticket}`;
  writeFileSync(mine, ticket);
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** The holder and its last touch; '' when the lock has just been released. @param {string} path */
function signOfLife(path) {
  try {
    return `${readFileSync(path, 'utf8')} ${statSync(path).mtimeMs}`;
  } catch {
    return '';
  }
}

/** @param {string} life */
function holderIsGone(life) {
  try {
    process.kill(Number.parseInt(life, 10), 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}

/** Two waiters may judge the same lock dead: the slower one finds a fresh lock in its hands and puts it back. @param {string} path @param {string} judged */
function discard(path, judged) {
  const aside = `${path}.dead-${process.pid}`;
  try {
    renameSync(path, aside);
    if (signOfLife(aside) !== judged) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) throw error;
  }
  rmSync(aside, { force: true });
}
