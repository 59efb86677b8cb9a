/** Every history that was ever recorded must replay: a running search survives an upgrade of the worker. */
import { describe, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** How each of the recorded histories ends with these workflows: with an error, or (undefined) replayed. */
async function replayed(workflows: string, names: readonly string[]) {
  async function* histories() {
    for (const name of names) {
      yield { workflowId: name, history: JSON.parse(await readFile(here(`histories/${name}`), 'utf8')) as unknown };
    }
  }
  const options = { workflowsPath: here(workflows), replayName: 'recorded' };
  const results: [name: string, error: Error | undefined][] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories())) {
    results.push([workflowId, error]);
  }
  return results;
}

test('row 27: the recorded histories replay', async () => {
  const names = await readdir(here('histories'));
  expect(names.length).toBeGreaterThanOrEqual(3);
  const results = await replayed('../../workflows/index.ts', names);
  expect(results.map(([name, error]) => [name, error?.message])).toEqual(names.map((name) => [name, undefined]));
}, 120_000);

describe('row 27: a workflow with one more command', () => {
  const names = ['0.1.0-plain.json', '0.2.0-plain.json'];

  test('fails the replay of every history', async () => {
    const results = await replayed('changed/unguarded.ts', names);
    expect(results.map(([name]) => name)).toEqual(names);
    for (const [, error] of results) expect(error?.name).toBe('DeterminismViolationError');
  }, 120_000);

  test('replays them where the command is behind a patch', async () => {
    const results = await replayed('changed/guarded.ts', names);
    expect(results).toEqual(names.map((name) => [name, undefined]));
  }, 120_000);
});
