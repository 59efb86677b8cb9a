import { NativeConnection, Worker, type ActivityInboundCallsInterceptor, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { removeLeftovers } from '../adapters/leftovers.ts';
import { knownSearchAttributes } from '../adapters/search-attributes.ts';
import type { ConnectionSettings } from '../adapters/temporal-connection.ts';
import { redacted, secretsOf } from '../adapters/redaction.ts';
import { openWorld } from '../adapters/world.ts';
import type { WorkerSettings } from '../adapters/worker-settings.ts';
import { DeviceSlots } from './device-slots.ts';
import { workflowCode } from './workflow-code.ts';

export type ServedQueues = {
  /** Resolves once everything is drained. */
  readonly done: Promise<void>;
  /** Takes no further task, lets trainers write a checkpoint, ends. */
  readonly stop: () => void;
};

/** Temporal's own default. */
const stickySeconds = 10;

/** Computing stages at once: each uses a thread a core by itself. */
const computingSlots = 2;

/** A worker for activities alone has no other tasks, and Temporal wants to know how many. */
const one = { type: 'fixed-size', numSlots: 1 } as const;
const unusedSlots = { workflowTaskSlotSupplier: one, localActivityTaskSlotSupplier: one, nexusTaskSlotSupplier: one };

/** Failures of activities are kept in histories as plain text. */
function withoutSecrets(secrets: ReadonlyMap<string, string>): ActivityInboundCallsInterceptor {
  return {
    execute: (input, next) =>
      next(input).catch((error: unknown) => {
        throw redacted(error, secrets);
      }),
  };
}

/** Serves the three task queues from this process: workflows and light activities, computing, training. */
export async function serve(
  settings: WorkerSettings,
  { connectionOptions, namespace }: ConnectionSettings,
): Promise<ServedQueues> {
  await removeLeftovers(settings.home, Date.now() - settings.leftoverSeconds * 1000);
  const world = await openWorld(settings);
  const connection = await NativeConnection.connect(connectionOptions);
  const searchAttributes = () => knownSearchAttributes(connection, namespace);
  const secrets = secretsOf(process.env, settings, connectionOptions);
  const devices = new DeviceSlots(settings.trainSlots);
  const safe = () => ({ inbound: withoutSecrets(secrets) });
  const common = {
    connection,
    namespace,
    interceptors: { activity: [safe] },
    activities: createActivities({ ...world, searchAttributes, leaveDevice: () => devices.leave() }),
    // Cancellation reaches an activity with its heartbeats: throttled no longer than a person waits.
    maxHeartbeatThrottleInterval: '5s',
    shutdownGraceTime: '5s',
    shutdownForceTime: '90s',
    ...(settings.version && {
      workerDeploymentOptions: {
        version: settings.version,
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    }),
  } satisfies Partial<WorkerOptions>;
  const { climb, cpu, train } = settings.queues;
  const { heartbeat } = settings.timeouts;
  const { workflowsPath, workflowInterceptorModules, preloadModules } = workflowCode;
  const workflows = {
    ...(settings.cachedWorkflows !== undefined && { maxCachedWorkflows: settings.cachedWorkflows }),
    ...(settings.workflowBundle === undefined
      ? {
          workflowsPath,
          interceptors: { ...common.interceptors, workflowModules: workflowInterceptorModules },
          ...(!settings.callStacks && { bundlerOptions: { preloadModules } }),
        }
      : { workflowBundle: { codePath: settings.workflowBundle } }),
    // A search waits for a worker that knows it no longer than a stage does before it counts as lost.
    stickyQueueScheduleToStartTimeout: Math.min(stickySeconds, heartbeat) * 1000,
  } satisfies Partial<WorkerOptions>;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: climb, ...workflows }),
    Worker.create({ ...common, taskQueue: cpu, maxConcurrentActivityTaskExecutions: computingSlots }),
    Worker.create({
      ...common,
      taskQueue: train,
      interceptors: { activity: [safe, (activity) => ({ inbound: devices.interceptor(activity) })] },
      tuner: { ...unusedSlots, activityTaskSlotSupplier: devices },
    }),
  ]);
  const stop = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const drained = Promise.allSettled(workers.map((worker) => worker.run().finally(stop)));
  const close = async () => {
    // All must have let go of the connection before it closes, whichever of them failed.
    const ended = await drained;
    await connection.close();
    await world.close();
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
  return { done: close(), stop };
}
