/** Every history that was ever recorded must replay: a running search survives an upgrade of the worker. */
import { expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function* histories() {
  for (const name of await readdir(here('histories'))) {
    yield { workflowId: name, history: JSON.parse(await readFile(here(`histories/${name}`), 'utf8')) as unknown };
  }
}

test('the recorded histories replay', async () => {
  const options = { workflowsPath: here('../../workflows/index.ts'), replayName: 'recorded' };
  const results = [];
  for await (const result of Worker.runReplayHistories(options, histories())) results.push(result);
  expect(results.map(({ workflowId, error }) => [workflowId, error?.message])).toEqual(
    (await readdir(here('histories'))).map((name) => [name, undefined]),
  );
  expect(results.length).toBeGreaterThanOrEqual(3);
}, 60_000);
