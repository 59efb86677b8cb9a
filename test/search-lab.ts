import { mkdtemp, rm, writeFile, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { shuffled, stream } from '../climb/random.ts';
import type { SearchFile } from '../climb/spec/search-file.ts';
import { freePorts } from '../adapters/ports.ts';
import { connectClient, connectionSettings } from '../adapters/temporal-connection.ts';
import { ensureServer } from '../adapters/temporal-server.ts';
import { workerSettings, type WorkerSettings } from '../adapters/worker-settings.ts';
import { serve } from '../workers/serve.ts';

// The worker's log belongs to the worker's owner; a test says itself what went wrong.
Runtime.install({ logger: new DefaultLogger('ERROR') });

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Four made-up topics: clusters that any embedding finds. */
const topics = ['sea', 'sky', 'law', 'oven'];
const vocabulary = 100;

/**
 * A sentence of a topic: after each word comes one of three that belong to it, so that a proxy has something to learn
 * for as long as it trains.
 */
function sentence(topic: number, seed: number, words: number): string {
  const draws = stream(seed, ['sentence', topic]);
  let word = draws.integer(vocabulary);
  return Array.from({ length: words }, () => {
    word = stream(word, ['successor', topic, draws.integer(3)]).integer(vocabulary);
    return `${topics[topic]}${'abcdefghij'[word % 10]}${'klmnopqrst'[Math.floor(word / 10)]}`;
  }).join(' ');
}

/** A corpus of four topics and items about the first, as JSON lines below `root`. */
export async function writeTinyCorpus(root: string, documents = 120): Promise<void> {
  await mkdir(join(root, 'corpus'), { recursive: true });
  const lines = topics.flatMap((_, topic) =>
    Array.from({ length: documents }, (_, at) =>
      JSON.stringify({ text: sentence(topic, at, 120), domain: `topic${topic}` }),
    ),
  );
  await writeFile(join(root, 'corpus', 'tiny.jsonl'), `${shuffled(lines, stream(1, ['tiny'])).join('\n')}\n`);
  await writeTask(root, 'searched', 1000);
  await writeTask(root, 'reported', 2000);
}

/** Items about the first topic, other ones for each seed, as `<name>.jsonl` below `root`. */
export async function writeTask(root: string, name: string, seed: number): Promise<void> {
  const items = Array.from({ length: 40 }, (_, at) =>
    JSON.stringify({
      query: sentence(0, seed + at, 6),
      choices: [sentence(0, seed + 500 + at, 4), sentence(1, seed + at, 4)],
      gold: 0,
    }),
  );
  await writeFile(join(root, `${name}.jsonl`), `${items.join('\n')}\n`);
}

/** A search over the tiny corpus: seconds with the fake trainer, and with the real one. */
export const tinySearch = {
  version: 1,
  corpus: { path: 'corpus', labelField: 'domain' },
  embedding: { dimensions: 8 },
  clusters: { initial: 8, merge: { target: 4 } },
  tasks: [{ name: 'searched', path: 'searched.jsonl' }],
  report: { tasks: [{ name: 'reported', path: 'reported.jsonl' }] },
  proxy: {
    tokens: 8192,
    batch: 8,
    model: { width: 16, layers: 1, heads: 2, vocab: 320, context: 32 },
    checkpointSeconds: 1,
  },
  search: { first: 4, batch: 2, candidates: 500 },
  budget: { proxies: 16, concurrency: 2 },
  verify: { candidates: 2, seeds: 2, baselines: ['uniform', 'proportional'] },
} satisfies SearchFile;

export type Lab = Awaited<ReturnType<typeof openLab>>;

/**
 * A server, a state folder and a tiny corpus of a test's own. Its settings are those of a worker with the fake trainer
 * in two profiles, `fake` and `groups` (four proxies side by side), and timeouts of seconds.
 */
export async function openLab(fakeTrainer: Record<string, string> = {}) {
  const home = await mkdtemp(join(tmpdir(), 'climb-lab-'));
  await writeTinyCorpus(home);
  const trainingLog = join(home, 'trainings.log');
  await writeFile(trainingLog, '');
  const trainers = join(home, 'trainers.json');
  const python = join(repository, '.venv', 'bin', 'python');
  const fake = {
    command: [python, join(repository, 'test', 'fakes', 'fake_trainer.py')],
    env: { PYTHONPATH: join(repository, 'trainer'), FAKE_LOG: trainingLog, ...fakeTrainer },
  };
  const groups = { ...fake, members: 4, env: { ...fake.env, FAKE_ENSEMBLE: '1' } };
  await writeFile(trainers, JSON.stringify({ fake, groups }));
  const [port, uiPort] = await freePorts(2);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CLIMB_HOME: home,
    CLIMB_ROOTS: home,
    CLIMB_PORT: String(port),
    CLIMB_UI_PORT: String(uiPort),
    CLIMB_TRAINERS: trainers,
    CLIMB_HEARTBEAT_SECONDS: '3',
    CLIMB_RETRY_INITIAL_SECONDS: '0.2',
    CLIMB_RETRY_MAXIMUM_SECONDS: '1',
    CLIMB_TRAIN_SLOTS: '2',
  };
  delete env['TEMPORAL_ADDRESS'];
  const server = await ensureServer({ home, env });
  const connection = connectionSettings(home, env);
  const client = await connectClient(connection);
  return {
    home,
    env,
    server,
    client,
    connection,
    settings: workerSettings(env),
    /** What the fake trainer really did: `start KEY STEP` and `step KEY STEP`. */
    trainings: async () => (await readFile(trainingLog, 'utf8')).trim().split('\n').filter(Boolean),
    start: (workflowId: string, file: object) =>
      client.workflow.start('climbSearch', { taskQueue: 'climb', workflowId, args: [file] }),
    close: async () => {
      await client.connection.close();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A lab with a worker in this process. */
export async function openServedLab(fakeTrainer: Record<string, string> = {}) {
  const lab = await openLab(fakeTrainer);
  let queues = await serve(lab.settings, lab.connection);
  const drain = async () => {
    queues.stop();
    await queues.done;
  };
  return {
    ...lab,
    /** Another worker in the place of the first, configured otherwise. */
    replaceWorker: async (changes: Partial<WorkerSettings>) => {
      await drain();
      queues = await serve({ ...lab.settings, ...changes }, lab.connection);
    },
    close: async () => {
      await drain();
      await lab.close();
    },
  };
}

export type ServedLab = Awaited<ReturnType<typeof openServedLab>>;
