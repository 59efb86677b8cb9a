import { redacted, secretsOf } from '../adapters/redaction.ts';
import { connectionSettings } from '../adapters/temporal-connection.ts';
import { TrainerFailure } from '../adapters/trainer.ts';
import { workerSettings } from '../adapters/worker-settings.ts';
import { InvalidInput } from '../climb/problem.ts';
import { watchStandardInput } from './life-line.ts';
import { serve } from './serve.ts';

let secrets = secretsOf(process.env, { endpoints: {}, trainers: {} });

/** A worker, configured by its environment (docs/operations.md) and ended by SIGTERM, SIGINT or its starter's end. */
async function main(): Promise<void> {
  const settings = workerSettings();
  const connection = connectionSettings(settings.home);
  secrets = secretsOf(process.env, settings, connection.connectionOptions);
  const { done, stop } = await serve(settings, connection);
  watchStandardInput(stop);
  await done;
}

main().catch((thrown: unknown) => {
  const error = redacted(thrown, secrets);
  const expected = error instanceof InvalidInput || error instanceof TrainerFailure;
  console.error(expected ? `climb worker: ${error.message}` : error);
  process.exitCode = 1;
});
