import { expect, test } from '@jest/globals';
import { InvalidInput } from '../../../climb/problem.ts';
import { checkedMessage } from '../../../climb/search/message-rules.ts';
import { askForTasks, taskChangeText } from '../../../climb/search/retasking.ts';
import type { SearchState } from '../../../climb/search/search-state.ts';
import type { MessageName } from '../../../climb/spec/messages.ts';
import { stateOf } from '../made-search.ts';

function problemsOf(state: SearchState, name: MessageName, payload: unknown) {
  try {
    checkedMessage(state, name, payload);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

const state = stateOf({
  tasks: [{ name: 'piqa' }, { name: 'arc_easy', weight: 3 }],
  objective: { guards: { maxLoss: 0.5, tasks: { piqa: 0.1 } } },
});

test.each<[string, SearchState, MessageName, unknown, string, string]>([
  ['money without a price', state, 'setBudget', { money: { limit: 3 } }, 'money.perDeviceHour', 'give both'],
  ['a proxy that has not failed', state, 'retryFailed', { proxies: ['i1-p001'] }, 'proxies.0', 'none has'],
  [
    'a proxy that has not failed beside those that have',
    { ...state, retriable: ['i1-p002'] },
    'retryFailed',
    { proxies: ['i1-p002', 'i9-p009'] },
    'proxies.1',
    'these have: i1-p002',
  ],
  [
    'weights of a task that is not searched',
    state,
    'setTasks',
    { weights: { csqa: 1 } },
    'weights.csqa',
    'piqa, arc_easy',
  ],
  [
    'tasks that are reported',
    state,
    'setTasks',
    { tasks: [{ name: 'piqa' }, { name: 'sciq' }] },
    'report.tasks.0',
    '"sciq" validation is also what the search optimises',
  ],
  [
    'a task twice',
    state,
    'setTasks',
    { tasks: [{ name: 'piqa' }, { name: 'piqa' }] },
    'tasks.1.name',
    'stands there twice',
  ],
  [
    'a guarded task left out',
    state,
    'setTasks',
    { tasks: [{ name: 'arc_easy' }] },
    'objective.guards.tasks.piqa',
    'no task is called so',
  ],
  [
    'tasks once the search has stopped',
    { ...state, stoppedBy: 'budget' },
    'setTasks',
    { weights: { piqa: 2 } },
    '(all of it)',
    'too late: the search has stopped searching (budget)',
  ],
])('refused: %s', (_, of, name, payload, path, piece) => {
  const problems = problemsOf(of, name, payload);
  expect(problems.map((problem) => problem.path)).toEqual([path]);
  expect(problems[0]?.message).toContain(piece);
});

test.each<[MessageName, unknown, string]>([
  ['approve', {}, '(all of it)'],
  ['approve', { gate: 'verify' }, '(all of it)'],
  ['setTasks', { weights: { mine: 2 } }, '(all of it)'],
  ['setTasks', { tasks: [{ name: 'piqa' }] }, '(all of it)'],
  ['setBudget', { money: { limit: 3 } }, 'money.perDeviceHour'],
])('a branch that is not open yet judges no %s %j: it is to be sent again', (name, payload, path) => {
  const problems = problemsOf({ ...state, unopened: true }, name, payload);
  expect(problems).toEqual([{ path, message: expect.stringContaining("the branch isn't open yet") }]);
});

test('what needs no search file holds before a branch is open', () => {
  const early: SearchState = { ...state, unopened: true };
  expect(problemsOf(early, 'setBudget', { proxies: 30, money: { limit: 3, perDeviceHour: 1 } })).toEqual([]);
  for (const name of ['pause', 'resume', 'finishEarly'] as const) expect(problemsOf(early, name, {})).toEqual([]);
});

test('new weights are those of the named tasks alone, also on top of a list that was only asked for', () => {
  const asked = structuredClone(state);
  askForTasks(asked, { weights: { piqa: 9 } });
  expect(asked.retask?.tasks.map(({ name, weight }) => [name, weight])).toEqual([
    ['piqa', 9],
    ['arc_easy', 3],
  ]);
  askForTasks(asked, { weights: { arc_easy: 1 }, reason: 'even' });
  expect(asked.retask).toMatchObject({ tasks: [{ weight: 9 }, { weight: 1 }], reason: 'even' });
  expect(problemsOf(asked, 'setTasks', { weights: { piqa: 1 } })).toEqual([]);
});

test('a task keeps its weight, whatever it is called', () => {
  const odd = stateOf({ tasks: [{ name: 'constructor', weight: 2 }, { name: 'toString' }, { name: 'piqa' }] });
  askForTasks(odd, { weights: { piqa: 3 } });
  expect(odd.retask?.tasks.map(({ weight }) => weight)).toEqual([2, 1, 3]);
  expect(problemsOf(odd, 'setTasks', { weights: { valueOf: 1 } }).map(({ path }) => path)).toEqual(['weights.valueOf']);
});

test('a change of tasks says what people need to know of it', () => {
  const [piqa, arc] = state.spec.tasks as [SearchState['spec']['tasks'][number], SearchState['spec']['tasks'][number]];
  expect(taskChangeText([piqa, arc], [piqa, { ...arc, weight: 1 }])).toBe('weights piqa 50 %, arc_easy 50 %');
  expect(taskChangeText([piqa, arc], [piqa])).toBe(
    'piqa bitsPerByte instead of piqa bitsPerByte, arc_easy bitsPerByte',
  );
});
