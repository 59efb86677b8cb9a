import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { InvalidInput } from '../climb/problem.ts';
import { knownSearchAttributes } from '../adapters/search-attributes.ts';
import { connectionSettings } from '../adapters/temporal-connection.ts';
import { TrainerFailure } from '../adapters/trainer.ts';
import { workerSettings } from '../adapters/worker-settings.ts';
import { openWorld } from '../adapters/world.ts';
import { watchStandardInput } from './life-line.ts';

/** One process that serves the three task queues: workflows and light activities, computing, training. */
async function main(): Promise<void> {
  const settings = workerSettings();
  const { connectionOptions, namespace } = connectionSettings(settings.home);
  const world = await openWorld(settings);
  const connection = await NativeConnection.connect(connectionOptions);
  const activities = createActivities({
    ...world,
    searchAttributes: () => knownSearchAttributes(connection, namespace),
  });

  const common = {
    connection,
    namespace,
    activities,
    // Cancellation reaches an activity with its heartbeats: throttled no longer than a person waits.
    maxHeartbeatThrottleInterval: '5s',
    shutdownGraceTime: '5s',
    shutdownForceTime: '90s',
  } satisfies Partial<WorkerOptions>;
  const { climb, cpu, train } = settings.queues;
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: climb,
      workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    }),
    Worker.create({ ...common, taskQueue: cpu, maxConcurrentActivityTaskExecutions: 2 }),
    Worker.create({ ...common, taskQueue: train, maxConcurrentActivityTaskExecutions: settings.trainSlots }),
  ]);

  const stop = () => workers.filter((worker) => worker.getState() === 'RUNNING').forEach((worker) => worker.shutdown());
  watchStandardInput(stop);
  try {
    await Promise.all(workers.map((worker) => worker.run().finally(stop)));
  } finally {
    await connection.close();
    await world.compute.close();
  }
}

main().catch((error: unknown) => {
  const expected = error instanceof InvalidInput || error instanceof TrainerFailure;
  console.error(expected ? `climb worker: ${error.message}` : error);
  process.exitCode = 1;
});
