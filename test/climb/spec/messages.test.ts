import { describe, expect, test } from '@jest/globals';
import { parseMessage, type MessageName } from '../../../climb/spec/messages.ts';
import { InvalidInput } from '../../../climb/problem.ts';

function problemsOf(name: MessageName, payload: unknown) {
  try {
    parseMessage(name, payload);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

test.each<[MessageName, unknown, unknown]>([
  ['setBudget', { proxies: 200 }, { proxies: 200 }],
  ['setBudget', { iterations: 5, reason: 'enough' }, { iterations: 5, reason: 'enough' }],
  [
    'setBudget',
    { deadline: '2027-01-01T00:00:00Z', concurrency: 3 },
    { deadline: '2027-01-01T00:00:00Z', concurrency: 3 },
  ],
  ['pause', undefined, { mode: 'drain' }],
  ['pause', { reason: 'maintenance' }, { mode: 'drain', reason: 'maintenance' }],
  ['resume', null, {}],
  ['pause', { mode: 'checkpoint' }, { mode: 'checkpoint' }],
  ['setBudget', { money: { limit: 20 } }, { money: { limit: 20 } }],
  ['retryFailed', { proxies: ['i1-p003'] }, { proxies: ['i1-p003'] }],
  ['retryFailed', {}, {}],
  ['approve', undefined, {}],
  ['approve', { gate: 'ladder' }, { gate: 'ladder' }],
  ['setTasks', { weights: { piqa: 2 } }, { weights: { piqa: 2 } }],
  [
    'setTasks',
    { tasks: [{ name: 'piqa' }], reason: 'less' },
    { tasks: [{ name: 'piqa', split: 'validation', metric: 'bitsPerByte', weight: 1 }], reason: 'less' },
  ],
  ['finishEarly', {}, { after: 'iteration' }],
  ['finishEarly', { after: 'now' }, { after: 'now' }],
])('%s %j is completed with its defaults', (name, payload, message) => {
  expect(parseMessage(name, payload)).toEqual(message);
});

describe('refused', () => {
  test.each<[MessageName, unknown, string, string]>([
    ['setBudget', {}, '(all of it)', 'at least one field to change'],
    ['setBudget', { reason: 'nothing else' }, '(all of it)', 'at least one field to change'],
    ['setBudget', { proxies: '200' }, 'proxies', 'expected number, got "200"'],
    ['setBudget', { proxies: 0 }, 'proxies', '>=1, got 0'],
    ['setBudget', { trainTokens: 1.5 }, 'trainTokens', 'expected int'],
    ['setBudget', { deviceHours: -1 }, 'deviceHours', '>0'],
    ['setBudget', { deadline: 'soon' }, 'deadline', 'ISO datetime'],
    ['setBudget', { concurrency: 2001 }, 'concurrency', '<=2000'],
    ['setBudget', { iterations: 0 }, 'iterations', '>=1'],
    [
      'setBudget',
      { proxies: 3, proxy: 3 },
      'proxy',
      'known here: proxies, trainTokens, deviceHours, deadline, money, concurrency, iterations, reason',
    ],
    ['setBudget', { proxies: 3, reason: 'x'.repeat(1001) }, 'reason', '<=1000'],
    ['setBudget', 200, '(all of it)', 'expected object, got 200'],
    ['pause', { mode: 'stop' }, 'mode', 'expected one of "drain"|"checkpoint"'],
    ['setBudget', { money: {} }, 'money', 'limit, perDeviceHour or both'],
    ['setBudget', { money: { limit: -1 } }, 'money.limit', '>0'],
    ['setBudget', { money: { limit: 1, currency: 'EUR' } }, 'money.currency', 'known here: limit, perDeviceHour'],
    ['retryFailed', { proxies: [] }, 'proxies', '>=1 items'],
    ['retryFailed', { proxies: 'i1-p003' }, 'proxies', 'expected array'],
    ['setTasks', {}, '(all of it)', 'either tasks'],
    ['setTasks', { tasks: [{ name: 'piqa' }], weights: { piqa: 1 } }, '(all of it)', 'either tasks'],
    ['setTasks', { tasks: [] }, 'tasks', '>=1 items'],
    ['setTasks', { tasks: ['piqa'] }, 'tasks.0', 'expected object'],
    ['setTasks', { weights: {} }, 'weights', 'at least one weight'],
    ['setTasks', { weights: { piqa: -1 } }, 'weights.piqa', '>0'],
    ['approve', { gate: 'heaven' }, 'gate', '"search"|"verify"|"ladder"|"report"'],
    ['resume', { all: true }, 'all', 'unknown field'],
    ['finishEarly', { after: 'tomorrow' }, 'after', '"iteration"|"now"'],
    ['finishEarly', ['now'], '(all of it)', 'expected object'],
  ])('%s %j', (name, payload, path, piece) => {
    const problems = problemsOf(name, payload);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(piece);
  });

  test('a signal with an unknown field can change nothing, since the whole of it is refused', () => {
    expect(problemsOf('setBudget', { proxies: 3, concurency: 4 })).toHaveLength(1);
  });
});
