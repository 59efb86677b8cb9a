import { expect, test } from '@jest/globals';
import { failureKind, TrainerFailure, type FailureKind } from '../../adapters/trainer.ts';

test.each<[number | null, string | undefined, FailureKind, permanent: boolean]>([
  [64, 'BadSpec', 'badSpec', true],
  [65, 'RepetitionCap', 'badData', true],
  [70, 'Internal', 'internal', false],
  [70, 'DiskFull', 'diskFull', false],
  [71, undefined, 'outOfMemory', false],
  [72, undefined, 'deviceLost', false],
  [75, 'NotOwner', 'stopped', false],
  [1, undefined, 'internal', false],
  [127, undefined, 'internal', false],
  [null, undefined, 'killed', false],
])('exit code %p, error %p: %s', (code, named, kind, permanent) => {
  expect(failureKind(code, named)).toBe(kind);
  expect(new TrainerFailure(kind, 'x').permanent).toBe(permanent);
});

test('a program that is missing will be missing again, a hang may pass', () => {
  expect(new TrainerFailure('missing', 'x').permanent).toBe(true);
  expect(new TrainerFailure('stalled', 'x').permanent).toBe(false);
});
