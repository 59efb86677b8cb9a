import { afterEach, expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ChaosWorkers } from '../../../scripts/chaos/chaos-worker.ts';
import { scratch } from '../../adapters/scratch.ts';
import { until } from '../../until.ts';

const home = join(scratch(), 'home');
let workers: ChaosWorkers;
afterEach(() => workers.stop(), 60_000);

test('the command lines of workers are gathered while they are tended', async () => {
  await mkdir(home);
  // Nobody listens there: it is to be seen, not to work. The path of its trainers bears the mark.
  const env = { ...process.env, CLIMB_HOME: home, TEMPORAL_ADDRESS: '127.0.0.1:1', CLIMB_TRAINERS: `${home}/trainers` };
  workers = new ChaosWorkers(home, env);
  const seen = await until(() => {
    workers.tend();
    return Promise.resolve(workers.commandLines.length > 0 && workers.commandLines);
  });
  expect(seen).toContainEqual(expect.stringContaining('workers/main.ts'));
}, 120_000);
