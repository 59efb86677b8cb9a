/**
 * Records the histories that every later version must replay: `node --import tsx test/replay/record.ts`.
 * A recorded history is kept for ever; a new one gets a new name.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../climb/search/search-views.ts';
import { climbVersion } from '../../climb/version.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { findTemporalCli } from '../../adapters/temporal-cli.mjs';
import { environmentFor } from '../../adapters/temporal-server.ts';
import { openServedLab, tinySearch, writeTask } from '../search-lab.ts';
import { until } from '../until.ts';

/** While this file exists every training fails for good. */
const failing = join(tmpdir(), `climb-recorder-failing-${process.pid}`);
/** While this file exists no training begins. */
const holding = join(tmpdir(), `climb-recorder-holding-${process.pid}`);
const lab = await openServedLab({ FAKE_STEP_MS: '20', FAKE_FAIL: failing, FAKE_HOLD: holding });
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
  // What it shares is fitted anew; then, on other tasks, scored anew.
  branched: { branchFrom: { search: 'plain', iteration: 1 }, search: { predictor: 'ridge' } },
  'branched-retasked': {
    branchFrom: { search: 'plain', iteration: 1 },
    tasks: [{ name: 'reported', path: 'reported.jsonl' }],
    report: { tasks: file.tasks },
  },
};

const { path: cliPath } = cli;

const show = ['workflow', 'show', '-o', 'json'];

/** `temporal workflow show -o json`: what the SDK fetches itself can't be replayed after JSON.stringify. */
async function record(workflow: string, run?: string, name = workflow): Promise<void> {
  const path = fileURLToPath(new URL(`histories/${climbVersion}-${name}.json`, import.meta.url));
  if (existsSync(path)) throw new Error(`${path} exists; a recorded history is never overwritten`);
  const { stdout } = await promisify(execFile)(
    cliPath,
    [...show, '-w', workflow, ...(run === undefined ? [] : ['-r', run])],
    {
      env: environmentFor(lab.server, lab.env),
      maxBuffer: 100_000_000,
    },
  );
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

  // A list with another task, while a proxy runs; then other weights; a third list that can't be had.
  await writeTask(lab.home, 'other', 3000);
  const own = (name: string) => ({ name, path: `${name}.jsonl` });
  const retasked = await lab.start('retasked', { ...file, seed: 11, objective: { scale: 'z-score' } });
  const retaskings = [
    { tasks: [own('searched'), { ...own('other'), weight: 2 }], reason: 'recorded' },
    { weights: { other: 1 } },
    { tasks: [own('nowhere')] },
  ];
  for (const [at, message] of retaskings.entries()) {
    await until(async () => (await retasked.query<Status>('status')).iteration >= at);
    await retasked.executeUpdate('setTasks', { args: [message] });
  }
  await retasked.result();
  await record('retasked');

  // Every gate, one of them with a deadline that is moved, and money.
  const gated = await lab.start('gated', {
    ...file,
    seed: 12,
    gates: ['search', 'verify', 'ladder', 'report'],
    verify: { ...file.verify, efficiency: [0.5] },
    budget: { proxies: 14, concurrency: 2, money: { limit: 100, perDeviceHour: 2, currency: 'EUR' } },
  });
  const waitsFor = (gate: string) => until(async () => (await gated.query<Status>('status')).waitingFor === gate);
  for (const gate of ['search', 'verify', 'ladder', 'report']) {
    await waitsFor(gate);
    if (gate === 'verify') {
      await gated.executeUpdate('setBudget', {
        args: [{ deadline: '2099-01-01T00:00:00Z', money: { perDeviceHour: 3 } }],
      });
    }
    await gated.signal('approve', { gate });
  }
  await gated.result();
  await record('gated');

  await writeFile(holding, '');
  const held = await lab.start('checkpointed', { ...file, seed: 9 });
  await until(async () => (await held.query<Status>('status')).proxies.running > 0);
  await held.executeUpdate('pause', { args: [{ mode: 'checkpoint' }] });
  await until(async () => (await held.query<Status>('status')).proxies.running === 0);
  await rm(holding);
  await held.executeUpdate('resume', { args: [{}] });
  await held.result();
  await record('checkpointed');

  await writeFile(failing, '');
  const retried = await lab.start('retried', { ...file, seed: 10 });
  await until(async () => (await retried.query<Status>('status')).phase === 'needs-attention');
  await rm(failing);
  await retried.executeUpdate('retryFailed', { args: [{ proxies: ['i1-p001'] }] });
  await until(async () => (await retried.query<Status>('status')).proxies.failed === 2);
  await until(async () => (await retried.query<Status>('status')).phase === 'needs-attention');
  await retried.executeUpdate('retryFailed', { args: [{}] });
  await retried.result();
  await record('retried');

  const cancelled = await lab.start('cancelled', { ...file, seed: 8 });
  await until(async () => (await cancelled.query<Status>('status')).iteration >= 1);
  await cancelled.cancel();
  await cancelled.result().catch(() => undefined);
  await record('cancelled');

  // The first run ends inside an iteration, the last one begins inside the verification.
  await lab.replaceWorker({ maxHistory: 50 });
  const carried = await lab.start('carried', {
    ...file,
    seed: 11,
    search: { schedule: [12] },
    budget: { proxies: 20, concurrency: 2 },
  });
  await carried.result();
  await record('carried', carried.firstExecutionRunId);
  await record('carried', undefined, 'carried-last');
} finally {
  await lab.close();
}
