import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { repositoryRoot } from '../../adapters/home.ts';
import { connectClient, connectionSettings } from '../../adapters/temporal-connection.ts';
import { environmentFor } from '../../adapters/temporal-server.ts';
import { checkSearch } from '../checker/check-search.ts';
import { resultOf } from '../checker/history.ts';
import { searchFolder } from '../checker/search-folder.ts';
import { ChaosWorkers, markOf } from './chaos-worker.ts';
import { searchFile, type ChaosWorld } from './chaos-world.ts';
import { DueFaults, type Seen } from './due-faults.ts';
import { strikesServer, type Plan } from './plan.ts';
import { recordedRuns } from './recorded-runs.ts';
import { strike } from './strike.ts';

/** What a search came to, to compare others with. */
export type Undisturbed = { readonly digest: string; readonly recipe: unknown };

export type PlanOutcome = {
  /** What the checker found; nothing where the search came through. */
  readonly wrong: readonly string[];
  readonly undisturbed: Undisturbed | undefined;
  readonly seconds: number;
  /** Faults that struck: one that is planned for later than the end doesn't. */
  readonly struck: number;
  readonly workers: number;
};

/** Between two looks at the search. */
const lookEvery = 100;
/** Seconds after which a search counts as stuck, on a machine that does much else. */
const longest = { fake: 400, real: 600 };

/** A search under a plan, to its end, and what is wrong with it then. */
export async function runPlan(world: ChaosWorld, plan: Plan, undisturbed?: Undisturbed): Promise<PlanOutcome> {
  const began = performance.now();
  const home = join(world.root, plan.name);
  await mkdir(home);
  const own = strikesServer(plan) ? await world.openServer(plan.name) : undefined;
  const server = own ?? world.server;
  const env = await workerEnvironment(world, plan, home, server);
  const client = await connectClient(connectionSettings(home, env));
  const workers = new ChaosWorkers(home, env);
  let search: WorkflowHandle & { firstExecutionRunId: string };
  const planned = plan.faults.filter((fault) => fault.at === 'history');
  const due = new DueFaults(planned);
  try {
    search = await client.workflow.start('climbSearch', {
      taskQueue: plan.name,
      workflowId: plan.name,
      args: [searchFile(plan.trainer)],
    });
    let stuck = true;
    while (stuck && performance.now() - began < longest[plan.trainer] * 1000) {
      workers.tend();
      const seen = await look(client, plan.name);
      stuck = seen === undefined || seen.running;
      for (const fault of seen?.running ? due.at(seen) : []) {
        if (!(await strike(fault, { workers, search, server }))) continue;
        due.struck(fault);
        break;
      }
      await pause(lookEvery);
    }
    await workers.stop();
    const runs = await recordedRuns(server.address, plan.name, search.firstExecutionRunId);
    const { code, canary, outside } = world;
    const wrong = await checkSearch({
      home,
      search: plan.name,
      runs,
      ...(undisturbed && { digest: undisturbed.digest, undisturbed: undisturbed.recipe }),
      killed: workers.killed,
      canary,
      mark: markOf(home),
      commandLines: workers.commandLines,
      outside,
      workflows: { workflowBundle: { code } },
    });
    const result = resultOf(runs) as { recipe: { digest: string } } | undefined;
    const points = await readdir(join(home, 'struck')).catch(() => []);
    return {
      wrong: stuck ? [`the search did not end in ${longest[plan.trainer]} s`] : wrong,
      undisturbed: result && { digest: result.recipe.digest, recipe: await recipeOf(home, plan.name) },
      seconds: (performance.now() - began) / 1000,
      struck: points.length + planned.length - due.left,
      workers: workers.started,
    };
  } finally {
    await workers.stop();
    await client.connection.close();
    await own?.stop();
  }
}

async function recipeOf(home: string, search: string): Promise<unknown> {
  return JSON.parse(await readFile(join(searchFolder(home, search), 'recipe.json'), 'utf8'));
}

async function workerEnvironment(
  { corpus, elsewhere, bundle, canary }: ChaosWorld,
  { name, trainer, maxHistory, faults }: Plan,
  home: string,
  server: { address: string; uiAddress: string | null },
): Promise<NodeJS.ProcessEnv> {
  const planned = (at: 'worker point' | 'trainer point') =>
    faults.flatMap((fault) => (fault.at === at ? [fault.fault] : [])).join(',');
  const struck = join(home, 'struck');
  const python = join(repositoryRoot, '.venv/bin/python');
  const environment = {
    PYTHONPATH: join(repositoryRoot, 'trainer'),
    CLIMB_FAULTS: planned('trainer point'),
    CLIMB_FAULTS_DONE: struck,
    CLIMB_LEASE_SECONDS: '3',
    FAKE_STEP_MS: '20',
  };
  const command =
    trainer === 'fake' ? [python, join(repositoryRoot, 'test/fakes/fake_trainer.py')] : [python, '-m', 'climb_trainer'];
  const profile = { command, env: environment, stallSeconds: trainer === 'fake' ? 8 : 20 };
  const trainers = join(home, 'trainers.json');
  await writeFile(trainers, JSON.stringify({ [trainer === 'fake' ? 'fake' : 'default']: profile }));
  return {
    ...environmentFor(server, process.env),
    CLIMB_HOME: home,
    CLIMB_ROOTS: corpus,
    CLIMB_TRAINERS: trainers,
    CLIMB_TRAIN_SLOTS: '2',
    CLIMB_TASK_QUEUE: name,
    CLIMB_CPU_TASK_QUEUE: `${name}-cpu`,
    CLIMB_TRAIN_TASK_QUEUE: `${name}-train`,
    CLIMB_HEARTBEAT_SECONDS: '3',
    CLIMB_RETRY_INITIAL_SECONDS: '0.2',
    CLIMB_RETRY_MAXIMUM_SECONDS: '1',
    CLIMB_WORKFLOW_BUNDLE: bundle,
    CLIMB_FAULTS: planned('worker point'),
    CLIMB_FAULTS_DONE: struck,
    ...(maxHistory !== undefined && { CLIMB_MAX_HISTORY: String(maxHistory) }),
    HF_TOKEN: canary,
    HOME: elsewhere,
    TMPDIR: elsewhere,
  };
}

/** How far a search is; undefined while the server is away. */
async function look(client: Client, id: string): Promise<({ running: boolean } & Seen) | undefined> {
  try {
    const { status, runId, historyLength } = await client.workflow.getHandle(id).describe();
    return { running: status.name === 'RUNNING', runId, historyLength };
  } catch {
    return undefined;
  }
}
