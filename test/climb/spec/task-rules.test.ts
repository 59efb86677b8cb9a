import { describe, expect, test } from '@jest/globals';
import { InvalidInput } from '../../../climb/problem.ts';
import { parseSearchFile } from '../../../climb/spec/search-rules.ts';
import { changed, now, shortestFile } from '../made-search.ts';

function problemsOf(changes: Record<string, unknown>): readonly string[] {
  const file = Object.entries(changes).reduce<unknown>(
    (file, [path, value]) => changed(file, path, value),
    shortestFile,
  );
  try {
    parseSearchFile(file, now);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

const mixed = [{ name: 'piqa' }, { name: 'hellaswag', metric: 'accuracyNorm' }];

test('z-scores are what lets searched tasks have different metrics', () => {
  expect(problemsOf({ tasks: mixed })).toEqual([
    'tasks.1.metric: "accuracyNorm" beside "bitsPerByte": their sum has no unit; use one metric for the whole list, or objective.scale "z-score"',
  ]);
  expect(problemsOf({ tasks: mixed, objective: { scale: 'z-score' } })).toEqual([]);
});

test('what is reported has intervals, and these have a unit whatever the scale', () => {
  const report = { tasks: [{ name: 'sciq' }, { name: 'csqa', metric: 'accuracy' }] };
  expect(problemsOf({ report, objective: { scale: 'z-score' } })).toEqual([
    'report.tasks.1.metric: "accuracy" beside "bitsPerByte": their sum has no unit; use one metric for the whole list',
  ]);
});

describe('guards', () => {
  test.each([
    ['one limit for all tasks', { maxLoss: 0.02 }],
    ['a limit for a searched task and one of the report', { tasks: { piqa: 0.01, sciq: 0.02 } }],
    ['a common limit and an own one', { maxLoss: 0.1, tasks: { piqa: 0 } }],
  ])('%s', (_, guards) => {
    expect(problemsOf({ objective: { guards } })).toEqual([]);
  });

  test.each([
    ['nothing is guarded', { guards: {} }, 'objective.guards: expected maxLoss, or tasks with a limit each'],
    [
      'a task that is not there',
      { guards: { tasks: { pika: 0.1, piqa: 0.1 } } },
      'objective.guards.tasks.pika: no task is called so; there are piqa, arc_easy, hellaswag, sciq, openbookqa, csqa',
    ],
    [
      'a negative limit',
      { guards: { maxLoss: -0.1 } },
      'objective.guards.maxLoss: Too small: expected number to be >=0, got -0.1',
    ],
    [
      'an unknown scale',
      { scale: 'rank' },
      'objective.scale: Invalid option: expected one of "none"|"z-score", got "rank"',
    ],
  ])('%s', (_, objective, message) => {
    const [problem, ...others] = problemsOf({ objective });
    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });

  test('without the proportional mixture there is nothing to compare with', () => {
    expect(problemsOf({ objective: { guards: { maxLoss: 1 } }, 'verify.baselines': ['uniform'] })).toEqual([
      'objective.guards: they compare with the proportional mixture, but verify.baselines are uniform; add "proportional"',
    ]);
  });

  test('one number is no limit for two units', () => {
    const [problem] = problemsOf({ tasks: mixed, objective: { scale: 'z-score', guards: { maxLoss: 0.1 } } });
    expect(problem).toContain('one limit of 0.1 for bitsPerByte and accuracyNorm, which have different units');
    const own = { maxLoss: 0.1, tasks: { hellaswag: 0.05 } };
    expect(problemsOf({ tasks: mixed, objective: { scale: 'z-score', guards: own } })).toEqual([]);
  });
});
