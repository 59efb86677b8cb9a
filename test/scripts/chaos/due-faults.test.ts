import { expect, test } from '@jest/globals';
import { DueFaults } from '../../../scripts/chaos/due-faults.ts';
import type { HistoryFault } from '../../../scripts/chaos/plan.ts';

const kill = (events: number): HistoryFault => ({ at: 'history', events, do: 'kill worker' });
const tell = (message: string, events: number): HistoryFault => {
  return { at: 'history', events, do: 'tell', message, payload: {} };
};

test('events count over all runs of a search, as far as each was seen', () => {
  const [early, late] = [kill(50), kill(100)];
  const due = new DueFaults([early, late]);
  expect(due.at({ runId: 'a', historyLength: 49 })).toEqual([]);
  expect(due.at({ runId: 'a', historyLength: 60 })).toEqual([early]);
  due.struck(early);
  expect(due.at({ runId: 'b', historyLength: 3 })).toEqual([]);
  expect(due.at({ runId: 'b', historyLength: 30 })).toEqual([]);
  expect(due.at({ runId: 'c', historyLength: 9 })).toEqual([]);
  expect(due.at({ runId: 'c', historyLength: 10 })).toEqual([late]);
  due.struck(late);
  expect(due.left).toBe(0);
});

test('a resume whose event never comes, since the search is paused, comes some time after the pause', () => {
  let now = 0;
  const [pause, resume, after] = [tell('pause', 10), tell('resume', 200), kill(200)];
  const due = new DueFaults([pause, resume, after], () => now);
  const at = (time: number) => {
    now = time;
    return due.at({ runId: 'a', historyLength: 10 });
  };
  expect(at(90_000)).toEqual([pause]);
  due.struck(pause);
  expect(at(99_999)).toEqual([]);
  expect(at(100_000)).toEqual([resume]);
  due.struck(resume);
  expect(at(200_000)).toEqual([]);
  expect(due.left).toBe(1);
});

test('of two faults that are alike each strikes once', () => {
  const faults = [kill(1), kill(1)];
  const due = new DueFaults(faults);
  due.struck(faults[0]!);
  expect(due.at({ runId: 'a', historyLength: 1 })).toEqual([faults[1]]);
});
