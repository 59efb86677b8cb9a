import { describe, expect, test } from '@jest/globals';
import { perGroup, roomIn } from '../../../climb/search/history-room.ts';

/** Events of a history that dispatches as many groups as it may, of which each adds the most it can, by the end. */
function longest(concurrency: number, maxHistory: number): { events: number; begun: number } {
  let events = 60;
  let begun = 0;
  const running: number[] = [];
  for (;;) {
    const room = roomIn({ events, maxHistory, running: running.length, begun });
    if (room === 'none') break;
    if (room === 'now' && running.length < concurrency) {
      begun += 1;
      events += 1;
      running.push(perGroup - 1);
    } else {
      events += running.shift() as number;
    }
  }
  return { events: running.reduce((sum, rest) => sum + rest, events), begun };
}

test.each([
  [1, 7500],
  [64, 7500],
  [500, 7500],
  [2000, 7500],
  [2000, 10_000],
])(
  'with %d proxies at once and a limit of %d a history stays under the warning of the server',
  (concurrency, limit) => {
    const { events, begun } = longest(concurrency, limit);
    expect(events).toBeLessThanOrEqual(10_000);
    expect(begun).toBeGreaterThan(600);
  },
);

describe('a history', () => {
  test('that is over its limit from the start still gets one group done', () => {
    expect(roomIn({ events: 90, maxHistory: 50, running: 0, begun: 0 })).toBe('now');
    expect(roomIn({ events: 91, maxHistory: 50, running: 1, begun: 1 })).toBe('none');
  });

  test('without room for a group is left at once', () => {
    expect(roomIn({ events: 9990, maxHistory: 10_000, running: 0, begun: 0 })).toBe('none');
  });
});
