import { expect, test } from '@jest/globals';
import { columnsAmong, taskChangeProblems, withTasks } from '../../../climb/spec/task-change.ts';
import type { TaskSpec } from '../../../climb/spec/search-file.ts';
import { specOf } from '../made-search.ts';

const task = (name: string, changes: Partial<TaskSpec> = {}): TaskSpec => ({
  name,
  split: 'validation',
  metric: 'bitsPerByte',
  weight: 1,
  ...changes,
});

test('what was scored on the same items by the same metric is known, in any order and of any weight', () => {
  const earlier = [task('piqa'), task('arc_easy'), task('mine', { path: 'mine.jsonl' })];
  expect(columnsAmong(earlier, [task('mine', { path: 'mine.jsonl', weight: 4 }), task('piqa')])).toEqual([2, 0]);
  for (const other of [
    task('piqa', { split: 'test' }),
    task('piqa', { metric: 'accuracy' }),
    task('piqa', { items: 50 }),
    task('mine', { path: 'other.jsonl' }),
  ])
    expect(columnsAmong(earlier, [task('arc_easy'), other])).toBeNull();
});

test('tasks without n-gram models take their optimum off the list of baselines', () => {
  const spec = specOf({ verify: { baselines: ['proportional', 'ngram'] } });
  expect(withTasks(spec, [task('piqa')]).verify.baselines).toEqual(['proportional', 'ngram']);
  expect(withTasks(spec, [task('piqa', { metric: 'accuracy' })]).verify.baselines).toEqual(['proportional']);
});

test('and are refused where it is the only one', () => {
  const spec = specOf({ verify: { baselines: ['ngram'] } });
  expect([...taskChangeProblems(spec, [task('piqa', { metric: 'accuracy' })])]).toEqual([
    { path: 'tasks', message: expect.stringContaining('"ngram" is the only baseline') },
  ]);
});

test('where the file asks for n-gram models, tasks without are refused', () => {
  const spec = specOf({ search: { ngram: true } });
  expect([...taskChangeProblems(spec, [task('piqa', { metric: 'accuracy' })])].map(({ path }) => path)).toEqual([
    'search.ngram',
  ]);
});
