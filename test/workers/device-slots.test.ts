import { expect, test } from '@jest/globals';
import { Context } from '@temporalio/activity';
import { contextOf } from '../activities/made-world.ts';
import { DeviceSlots } from '../../workers/device-slots.ts';

const never = new AbortController().signal;

/** As Temporal says it of a poll that brought a task, once that is over. */
const used = { permit: {}, slotInfo: { type: 'activity', activityType: 'trainProxies' } } as const;
const unused = { permit: {} };

/** What a poll answered so far. */
async function hasPermit(poll: Promise<unknown>): Promise<boolean> {
  return Promise.race([poll.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);
}

/** An activity under way that does what it is told. */
function activity(slots: DeviceSlots) {
  let [leave, end]: (() => void)[] = [];
  const left = new Promise<void>((resolve) => (leave = resolve));
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = contextOf().run(async () => {
    const inbound = slots.interceptor(Context.current());
    await inbound.execute!({ args: [], headers: {} }, async () => {
      await left;
      slots.leave();
      await ended;
    });
  });
  return {
    leave: async () => {
      leave!();
      await new Promise(setImmediate);
    },
    end: async () => {
      leave!();
      end!();
      await work;
    },
  };
}

test('as many activities at once as devices; the next poll waits for one that is released, in order', async () => {
  const slots = new DeviceSlots(2);
  const polls = Array.from({ length: 4 }, () => slots.reserveSlot({}, never));
  expect(await Promise.all(polls.map(hasPermit))).toEqual([true, true, false, false]);
  expect(slots.tryReserveSlot()).toBeNull();
  slots.releaseSlot(used);
  expect(await Promise.all(polls.map(hasPermit))).toEqual([true, true, true, false]);
});

test('an activity that left its device makes room for one more until its permit comes back, never for two', async () => {
  const slots = new DeviceSlots(1);
  await slots.reserveSlot({}, never);
  const first = activity(slots);
  const [second, third] = [slots.reserveSlot({}, never), slots.reserveSlot({}, never)];
  expect(await hasPermit(second)).toBe(false);
  await first.leave();
  expect(await Promise.all([second, third].map(hasPermit))).toEqual([true, false]);
  await first.end();
  expect(await hasPermit(third)).toBe(false);
  slots.releaseSlot(used);
  expect(await hasPermit(third)).toBe(false);
  slots.releaseSlot(used);
  expect(await hasPermit(third)).toBe(true);
});

test('the room that it made lasts until Temporal has heard of its end; a poll that brought nothing is not taken for it', async () => {
  const slots = new DeviceSlots(2);
  await Promise.all([slots.reserveSlot({}, never), slots.reserveSlot({}, never)]);
  await activity(slots).end();
  expect(slots.tryReserveSlot()).not.toBeNull();
  expect(slots.tryReserveSlot()).toBeNull();
  slots.releaseSlot(unused);
  expect(slots.tryReserveSlot()).not.toBeNull();
  expect(slots.tryReserveSlot()).toBeNull();
  slots.releaseSlot(used);
  expect(slots.tryReserveSlot()).toBeNull();
});

test('a poll that is called off waits no longer and takes nothing', async () => {
  const slots = new DeviceSlots(1);
  await slots.reserveSlot({}, never);
  const caller = new AbortController();
  const poll = slots.reserveSlot({}, caller.signal);
  caller.abort(new Error('shutting down'));
  await expect(poll).rejects.toThrow('shutting down');
  slots.releaseSlot(unused);
  expect(slots.tryReserveSlot()).not.toBeNull();
  await expect(slots.reserveSlot({}, caller.signal)).rejects.toThrow('shutting down');
});
