import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { InvalidInput } from '../climb/problem.ts';
import { parse } from '../climb/schema-problems.ts';
import { climbHome, repositoryRoot } from './home.ts';
import { pythonEnvironment } from './python-environment.ts';
import { endpointProfile, localEndpoint, type EndpointProfile } from './endpoint-profiles.ts';
import type { TrainerProfile } from './trainer-process.ts';

/** How a worker is configured: its environment, and nothing that a search file could change. */
export type WorkerSettings = {
  /** State folder, CLIMB_HOME. */
  readonly home: string;
  /** Folders that a search file may name files in, CLIMB_ROOTS; relative paths count from the first. */
  readonly roots: readonly [string, ...string[]];
  /** Trainings and evaluations at once, CLIMB_TRAIN_SLOTS: one a core or device. */
  readonly trainSlots: number;
  /** Searches that the worker keeps in memory, CLIMB_CACHED_WORKFLOWS; others are replayed at their next task. */
  readonly cachedWorkflows?: number | undefined;
  readonly trainers: Readonly<Record<string, TrainerProfile>>;
  /** Servers of embeddings and scores by the names that search files know them by, CLIMB_ENDPOINTS. */
  readonly endpoints: Readonly<Record<string, EndpointProfile>>;
  /** Folder of the evaluation library's tasks, CLIMB_TASKS. */
  readonly taskLibrary: string;
  readonly queues: { readonly climb: string; readonly cpu: string; readonly train: string };
  readonly timeouts: { readonly heartbeat: number; readonly retryInitial: number; readonly retryMaximum: number };
  /** Events of a history after which a search continues as new, CLIMB_MAX_HISTORY. */
  readonly maxHistory: number;
  /** The version of this worker's code, TEMPORAL_WORKER_BUILD_ID: the server sends it work where that is the current one. */
  readonly version?: { readonly deploymentName: string; readonly buildId: string };
  /** A file that `bundleWorkflowCode` made of workflows/, CLIMB_WORKFLOW_BUNDLE; absent: the worker bundles them itself. */
  readonly workflowBundle?: string;
  /** Whether workflows keep call stacks, for who debugs them, CLIMB_CALL_STACKS; a bundle has them or hasn't. */
  readonly callStacks: boolean;
  /** Temporary files of killed writers go when they are as old as this, CLIMB_LEFTOVER_SECONDS. */
  readonly leftoverSeconds: number;
};

const positive = z.coerce.number().check(z.positive(), z.maximum(86_400));

const variables = z.object({
  CLIMB_ROOTS: z._default(z.string(), repositoryRoot),
  CLIMB_TRAIN_SLOTS: z._default(
    z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1024)),
    availableParallelism(),
  ),
  CLIMB_TRAINERS: z.optional(z.string()),
  CLIMB_ENDPOINTS: z.optional(z.string()),
  CLIMB_TASKS: z.optional(z.string()),
  CLIMB_TASK_QUEUE: z._default(z.string(), 'climb'),
  CLIMB_CPU_TASK_QUEUE: z._default(z.string(), 'climb-cpu'),
  CLIMB_TRAIN_TASK_QUEUE: z._default(z.string(), 'climb-train'),
  // Absent: as many as the SDK thinks the memory holds.
  CLIMB_CACHED_WORKFLOWS: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100_000))),
  CLIMB_HEARTBEAT_SECONDS: z._default(positive, 20),
  CLIMB_RETRY_INITIAL_SECONDS: z._default(positive, 1),
  CLIMB_RETRY_MAXIMUM_SECONDS: z._default(positive, 60),
  // The server warns at 10,240 events, and an iteration of many proxies adds its own before its end.
  CLIMB_MAX_HISTORY: z._default(z.coerce.number().check(z.int(), z.minimum(50), z.maximum(10_000)), 7500),
  TEMPORAL_WORKER_BUILD_ID: z.optional(z.string().check(z.minLength(1))),
  TEMPORAL_DEPLOYMENT_NAME: z._default(z.string().check(z.minLength(1)), 'climb'),
  CLIMB_WORKFLOW_BUNDLE: z.optional(z.string()),
  CLIMB_CALL_STACKS: z._default(z.stringbool(), false),
  CLIMB_LEFTOVER_SECONDS: z._default(z.coerce.number().check(z.minimum(0)), 3600),
});

const profile = z.strictObject({
  command: z.optional(z.array(z.string()).check(z.minLength(1))),
  device: z._default(z.enum(['cpu', 'cuda']), 'cpu'),
  dtype: z._default(z.enum(['float32', 'bfloat16']), 'float32'),
  members: z.optional(z.int().check(z.minimum(1), z.maximum(1024))),
  compile: z.optional(z.boolean()),
  cudaGraphs: z.optional(z.boolean()),
  env: z._default(z.record(z.string(), z.string()), {}),
  stallSeconds: z._default(positive, 120),
});

/** @throws InvalidInput naming every variable that can't be used. */
export function workerSettings(env: NodeJS.ProcessEnv = process.env): WorkerSettings {
  const given = parse(variables, env, "the worker's environment");
  const { python, evaluationLibrary } = pythonEnvironment(repositoryRoot);
  const own: TrainerProfile = {
    command: [python, '-m', 'climb_trainer'],
    device: 'cpu',
    dtype: 'float32',
    env: { PYTHONPATH: join(repositoryRoot, 'trainer') },
    stallSeconds: 120,
  };
  return {
    home: climbHome(env),
    roots: given.CLIMB_ROOTS.split(delimiter).map((root) => resolve(root)) as [string, ...string[]],
    trainSlots: given.CLIMB_TRAIN_SLOTS,
    cachedWorkflows: given.CLIMB_CACHED_WORKFLOWS,
    trainers: { default: own, ...(given.CLIMB_TRAINERS !== undefined && readTrainers(given.CLIMB_TRAINERS, own)) },
    endpoints: {
      default: localEndpoint,
      ...(given.CLIMB_ENDPOINTS !== undefined &&
        readProfiles(given.CLIMB_ENDPOINTS, 'CLIMB_ENDPOINTS', endpointProfile, 'endpoint')),
    },
    taskLibrary: given.CLIMB_TASKS ?? evaluationLibrary ?? join(repositoryRoot, '.venv'),
    queues: { climb: given.CLIMB_TASK_QUEUE, cpu: given.CLIMB_CPU_TASK_QUEUE, train: given.CLIMB_TRAIN_TASK_QUEUE },
    timeouts: {
      heartbeat: given.CLIMB_HEARTBEAT_SECONDS,
      retryInitial: given.CLIMB_RETRY_INITIAL_SECONDS,
      retryMaximum: given.CLIMB_RETRY_MAXIMUM_SECONDS,
    },
    maxHistory: given.CLIMB_MAX_HISTORY,
    ...(given.TEMPORAL_WORKER_BUILD_ID !== undefined && {
      version: { deploymentName: given.TEMPORAL_DEPLOYMENT_NAME, buildId: given.TEMPORAL_WORKER_BUILD_ID },
    }),
    ...(given.CLIMB_WORKFLOW_BUNDLE !== undefined && { workflowBundle: given.CLIMB_WORKFLOW_BUNDLE }),
    callStacks: given.CLIMB_CALL_STACKS,
    leftoverSeconds: given.CLIMB_LEFTOVER_SECONDS,
  };
}

/**
 * Trainer profiles: `{"gpu": {"device": "cuda", "dtype": "bfloat16"}}`. One without a command runs Climb's own trainer.
 */
function readTrainers(path: string, own: TrainerProfile): Record<string, TrainerProfile> {
  return Object.fromEntries(
    Object.entries(readProfiles(path, 'CLIMB_TRAINERS', profile, 'trainer')).map(([name, { command, ...rest }]) => [
      name,
      command === undefined
        ? { ...rest, command: own.command, env: { ...own.env, ...rest.env } }
        : { ...rest, command },
    ]),
  );
}

/** Profiles by name from a JSON file of the worker's owner. */
function readProfiles<Profile extends z.core.$ZodType>(
  path: string,
  variable: string,
  schema: Profile,
  what: string,
): Record<string, z.output<Profile>> {
  let profiles: unknown;
  try {
    profiles = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const message = `can't be read as JSON (${(error as Error).message}): got ${path}; without its profiles a search that names one is refused; correct the path or the file`;
    throw new InvalidInput("the worker's environment", [{ path: variable, message }]);
  }
  return parse(z.record(z.string(), schema), profiles, `the ${what} profiles in ${path}`);
}
