import { expect, test } from '@jest/globals';
import { beating } from '../../activities/beating.ts';
import { patiently } from '../../activities/patience.ts';
import { contextOf } from './made-world.ts';

/** Performs an activity until it has heartbeaten twice; what each heartbeat said. */
async function heartbeatsOf(activity: (heard: Promise<void>) => Promise<void>): Promise<unknown[]> {
  const environment = contextOf();
  const heartbeats: unknown[] = [];
  const heard = new Promise<void>((resolve) => {
    environment.on('heartbeat', (details: unknown) => {
      if (heartbeats.push(details) === 2) resolve();
    });
  });
  await environment.run(activity, heard);
  return heartbeats;
}

test('every activity heartbeats, whatever it does', async () => {
  const { idle } = patiently({ idle: (heard: Promise<void>) => heard }, { idle: 1 });
  expect(await heartbeatsOf(idle)).toEqual([undefined, undefined]);
});

test('one within another says what it has to say, and at no other time', async () => {
  const work = (heard: Promise<void>) =>
    beating(() =>
      beating((beat) => {
        beat('half done');
        return heard;
      }),
    );
  expect(await heartbeatsOf(work)).toEqual(['half done', 'half done']);
});
