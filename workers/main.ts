import { connectionSettings } from '../adapters/temporal-connection.ts';
import { TrainerFailure } from '../adapters/trainer.ts';
import { workerSettings } from '../adapters/worker-settings.ts';
import { InvalidInput } from '../climb/problem.ts';
import { watchStandardInput } from './life-line.ts';
import { serve } from './serve.ts';

/** A worker, configured by its environment (docs/operations.md) and ended by SIGTERM, SIGINT or its starter's end. */
async function main(): Promise<void> {
  const settings = workerSettings();
  const { done, stop } = await serve(settings, connectionSettings(settings.home));
  watchStandardInput(stop);
  await done;
}

main().catch((error: unknown) => {
  const expected = error instanceof InvalidInput || error instanceof TrainerFailure;
  console.error(expected ? `climb worker: ${error.message}` : error);
  process.exitCode = 1;
});
