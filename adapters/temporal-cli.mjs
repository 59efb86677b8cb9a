/**
 * Finds the Temporal CLI, which is also the dev server. Plain JavaScript, because set-up asks before `npm ci` has brought tsx.
 * In this order: the one named in TEMPORAL_CLI, the one on PATH, the one that set-up put in `.venv`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** 1.9 carries server 1.32, the oldest one that Climb's tests run against. An older CLI on PATH is passed over: set-up brings this one. */
export const MINIMUM_CLI = '1.9.0';

/**
 * @typedef {{ path: string, version: string, from: 'TEMPORAL_CLI' | 'PATH' | '.venv' }} TemporalCli
 *
 * @param {string} root the repository, whose `.venv` is looked at last
 * @param {NodeJS.ProcessEnv} env
 * @returns {TemporalCli | null} null when none is recent enough; an unusable TEMPORAL_CLI is never replaced by another
 */
export function findTemporalCli(root, env) {
  if (env.TEMPORAL_CLI) return recentEnough(env.TEMPORAL_CLI, 'TEMPORAL_CLI');
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const found = recentEnough(join(folder, 'temporal'), 'PATH');
    if (found) return found;
  }
  return recentEnough(join(root, '.venv/bin/temporal'), '.venv');
}

/** @param {string} path @param {TemporalCli['from']} from @returns {TemporalCli | null} */
function recentEnough(path, from) {
  const version = existsSync(path) ? cliVersion(path) : null;
  return version && compare(version, MINIMUM_CLI) >= 0 ? { path, version, from } : null;
}

/** `temporal version 1.9.1 (Server …)` → `1.9.1`; null when it doesn't run or says something else. @param {string} path */
function cliVersion(path) {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return /^temporal version (\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1] ?? null;
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  return left?.map((part, i) => part - (right?.[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
