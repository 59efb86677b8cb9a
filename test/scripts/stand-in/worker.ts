/** Takes the place of workers/main.ts: the same contract with `npm start` (address, stdin), a search of no substance. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';

const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const worker = await Worker.create({
  connection,
  taskQueue: 'climb',
  workflowsPath: fileURLToPath(new URL('search.ts', import.meta.url)),
});
process.stdin.resume().on('close', () => worker.shutdown());
await worker.run();
await connection.close();
