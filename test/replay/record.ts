/**
 * Records the histories that every later version must replay: `node --import tsx test/replay/record.ts`.
 * A recorded history is kept for ever; a new one gets a new name.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../climb/search/search-views.ts';
import { climbVersion } from '../../climb/version.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { findTemporalCli } from '../../adapters/temporal-cli.mjs';
import { environmentFor } from '../../adapters/temporal-server.ts';
import { openServedLab, tinySearch, until } from '../search-lab.ts';

const lab = await openServedLab({ FAKE_STEP_MS: '20' });
const cli = findTemporalCli(repositoryRoot, process.env);
if (!cli) throw new Error('no Temporal CLI; run `node scripts/setup.mjs`');
const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { ...tinySearch.search, first: 3, batch: 1 },
  budget: { proxies: 12, concurrency: 2 },
  verify: { candidates: 1, seeds: 2 },
};

/** Searches that nobody steers, each with stages or steps that the others lack. */
const searches = {
  plain: file,
  // Pruned and merged up to a threshold, no n-grams, the published samplers.
  pruned: {
    ...file,
    clusters: {
      initial: 8,
      quality: { kind: 'heuristics', prune: { length: 0 } },
      merge: { threshold: 0.5, minimumTokens: 1 },
    },
    search: { preset: 'paper', schedule: [4, 2] },
  },
  domains: { ...file, clusters: { field: 'domain', merge: { minimumTokens: 1 } } },
  // Groups of proxies, a trunk before, larger and shorter proxies after.
  sizes: {
    ...file,
    proxy: { ...file.proxy, trainer: 'groups', warmStart: { tokens: 16_384 } },
    target: { tokens: 4 * 8192 },
    verify: { ...file.verify, ladder: [{ width: 32, layers: 1 }], efficiency: [0.5] },
    budget: { proxies: 24, concurrency: 4 },
  },
  baselines: {
    ...file,
    proxy: { ...file.proxy, trainer: 'groups' },
    objective: { scale: 'z-score', guards: { maxLoss: 5 } },
    verify: { candidates: 1, seeds: 2, baselines: ['proportional', 'random', 'unimax', 'regmix'], regmixProxies: 44 },
    budget: { proxies: 58, concurrency: 8 },
  },
  evidence: { ...file, search: { ...file.search, warmStart: [{ search: 'plain' }] } },
};

const { path: cliPath } = cli;

/** `temporal workflow show -o json`: what the SDK fetches itself can't be replayed after JSON.stringify. */
async function record(name: string): Promise<void> {
  const path = fileURLToPath(new URL(`histories/${climbVersion}-${name}.json`, import.meta.url));
  if (existsSync(path)) throw new Error(`${path} exists; a recorded history is never overwritten`);
  const { stdout } = await promisify(execFile)(cliPath, ['workflow', 'show', '-w', name, '-o', 'json'], {
    env: environmentFor(lab.server, lab.env),
    maxBuffer: 100_000_000,
  });
  const history = JSON.parse(stdout) as { events: object[] };
  await writeFile(path, JSON.stringify(history));
  console.log(`${path}: ${history.events.length} events`);
}

try {
  for (const [name, search] of Object.entries(searches)) {
    await (await lab.start(name, search)).result();
    await record(name);
  }

  const assignment = { search: 'plain', corpus: { path: 'corpus' } };
  await lab.client.workflow.execute('assignDomains', {
    taskQueue: 'climb',
    workflowId: 'assigned',
    args: [assignment] as never,
  });
  await record('assigned');

  const steered = await lab.start('steered', file);
  await until(async () => (await steered.query<Status>('status')).proxies.done >= 1);
  await steered.executeUpdate('pause', { args: [{}] });
  await steered.signal('setBudget', { proxies: -1 });
  await steered.executeUpdate('setBudget', { args: [{ proxies: 14, concurrency: 1, reason: 'recorded' }] });
  await steered.signal('resume');
  await until(async () => (await steered.query<Status>('status')).iteration >= 1);
  await steered.signal('finishEarly', { after: 'iteration' });
  await steered.result();
  await record('steered');

  const cancelled = await lab.start('cancelled', { ...file, seed: 8 });
  await until(async () => (await cancelled.query<Status>('status')).iteration >= 1);
  await cancelled.cancel();
  await cancelled.result().catch(() => undefined);
  await record('cancelled');
} finally {
  await lab.close();
}
