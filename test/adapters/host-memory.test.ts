import { expect, test } from '@jest/globals';
import { grew, oomKills } from '../../adapters/host-memory.ts';

/** A machine that has these files alone. */
const machine = (files: Record<string, string>) => (path: string) => {
  const text = files[path];
  return text === undefined ? Promise.reject(new Error(`ENOENT: ${path}`)) : Promise.resolve(text);
};

const vmstat = (kills: number) => `nr_free_pages 100\noom_kill ${kills}\npgpgin 7\n`;
const events = (kills: number) => `low 0\nhigh 0\nmax 12\noom 4\noom_kill ${kills}\noom_group_kill 9\n`;

test('the kills of the machine and of the own cgroup are counted', async () => {
  const read = machine({
    '/proc/vmstat': vmstat(3),
    '/proc/self/cgroup': '4:memory:/old\n0::/jobs/42\n',
    '/sys/fs/cgroup/jobs/42/memory.events': events(2),
  });
  expect(await oomKills(read)).toEqual({ machine: 3, cgroup: 2 });
});

test('a container sees its own cgroup as the root, perhaps without the rest', async () => {
  expect(await oomKills(machine({ '/sys/fs/cgroup/memory.events': events(5) }))).toEqual({ machine: 0, cgroup: 5 });
});

test('what can not be read counts nothing', async () => {
  expect(await oomKills(machine({}))).toEqual({ machine: 0, cgroup: 0 });
  expect(await oomKills(machine({ '/proc/vmstat': 'nr_free_pages 100\n' }))).toEqual({ machine: 0, cgroup: 0 });
  const { machine: kills } = await oomKills();
  expect(kills).toBeGreaterThanOrEqual(0);
});

test.each([
  [3, 2, 3, 2, false],
  [3, 2, 4, 2, true],
  [3, 2, 3, 3, true],
  [3, 2, 0, 0, false],
])('from %i and %i to %i and %i: somebody was killed between is %p', (machine, cgroup, later, inside, killed) => {
  expect(grew({ machine, cgroup }, { machine: later, cgroup: inside })).toBe(killed);
});
