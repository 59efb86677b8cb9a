import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { describe, expect, test } from '@jest/globals';
import { attempts, patiently } from '../../activities/patience.ts';
import { BrokenArtifact } from '../../adapters/artifact-store.ts';
import { DiskFull } from '../../adapters/disk-full.ts';
import { failureOf, perform } from './made-world.ts';

const failingWith = (error: unknown) =>
  patiently(
    {
      stage: (_: undefined) => {
        throw error;
      },
    },
    { stage: 5 },
  ).stage;
const errno = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

describe('a stage', () => {
  test('that succeeds is left alone', async () => {
    const { stage } = patiently({ stage: (input: number) => Promise.resolve(input + 1) }, { stage: 5 });
    expect(await perform(stage, 1, 500)).toBe(2);
  });

  test.each<[string, Error]>([
    ['by the name that adapters give it', new DiskFull('no space left while writing 12 bytes')],
    ['as Node says it', errno('ENOSPC')],
    ['by a quota', errno('EDQUOT')],
    ['as a trainer says it', ApplicationFailure.create({ message: 'no space left', type: 'diskFull' })],
  ])('row 5: is tried without end while the disk is full, %s', async (_, error) => {
    const failure = await failureOf(perform(failingWith(error), undefined, 500));
    expect(failure).toMatchObject({ type: 'diskFull', nonRetryable: false, message: error.message });
  });

  test('fails for good at its last attempt with any other fault, by the name of that fault', async () => {
    await expect(perform(failingWith(errno('EIO')), undefined, 4)).rejects.toThrow(/^EIO: it failed$/);
    const last = await failureOf(perform(failingWith(errno('EIO')), undefined, 5));
    expect(last).toMatchObject({
      type: 'Error',
      nonRetryable: true,
      message: 'given up at attempt 5: EIO: it failed',
    });
    const named = ApplicationFailure.create({ message: 'it ended', type: 'killed', nonRetryable: false });
    expect(await failureOf(perform(failingWith(named), undefined, 5))).toMatchObject({
      type: 'killed',
      nonRetryable: true,
    });
  });

  test('that is tried for ever gives up where an artifact is lost, and says which', async () => {
    const lost = new BrokenArtifact('artifact ab12 is gone');
    const { stage } = patiently({ stage: (_: undefined) => Promise.reject(lost) }, { stage: Infinity });
    await expect(perform(stage, undefined, 4)).rejects.toBe(lost);
    expect(await failureOf(perform(stage, undefined, 5))).toMatchObject({
      type: 'BrokenArtifact',
      nonRetryable: true,
      message: 'given up at attempt 5: artifact ab12 is gone',
    });
  });

  test('that a command runs itself fails as it does', async () => {
    const error = errno('ENOSPC');
    await expect(failingWith(error)(undefined)).rejects.toBe(error);
  });

  test.each([
    ['what says itself that it is for good', ApplicationFailure.nonRetryable('no', 'BadCorpus')],
    ['a cancellation', new CancelledFailure('called off')],
    ['what is no error', 'a word'],
  ])('passes on %s as it is', async (_, error) => {
    await expect(perform(failingWith(error), undefined, 5)).rejects.toBe(error);
  });
});

test('training, embedding and snapshots decide for themselves; every other stage has an end', () => {
  const endless = Object.entries(attempts).flatMap(([stage, most]) => (most === Infinity ? [stage] : []));
  expect(endless.sort()).toEqual(['assignShard', 'commitIteration', 'embedCorpus', 'scoreQuality', 'trainProxies']);
});
