import { delimiter, join } from 'node:path';
import { repositoryRoot } from '../../adapters/home.ts';
import { pythonEnvironment } from '../../adapters/python-environment.ts';
import { workerSettings, type WorkerSettings } from '../../adapters/worker-settings.ts';
import type { SearchSpec } from '../../climb/spec/search-file.ts';
import { parseSearchFile } from '../../climb/spec/search-rules.ts';

/**
 * A worker's settings for a benchmark: state in a folder of its own, and a trainer that says what it used.
 * @param usage where the trainer writes that
 */
export function benchSettings(home: string, roots: readonly string[], usage?: string): WorkerSettings {
  const settings = workerSettings({ CLIMB_HOME: home, CLIMB_ROOTS: roots.join(delimiter) });
  if (usage === undefined) return { ...settings, trainers: {} };
  const own = settings.trainers['default'];
  if (own === undefined) throw new Error('a worker without a default trainer');
  const { python } = pythonEnvironment(repositoryRoot);
  const command = [python, join(repositoryRoot, 'trainer/bench_peak.py')];
  return { ...settings, trainers: { default: { ...own, command, env: { ...own.env, CLIMB_BENCH_USAGE: usage } } } };
}

/** The search file's first half for a corpus, all else as it is by default. */
export function specFor(path: string, labelField?: string): SearchSpec {
  const corpus = { path, ...(labelField !== undefined && { labelField }) };
  return parseSearchFile({ version: 1, corpus, budget: { proxies: 24 } }, Date.now());
}
