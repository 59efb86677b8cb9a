import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/workflow';
import type { Cost } from '../climb/search/budget.ts';

/**
 * What a trainer that failed or was called off says of the time that it occupied a device, over all attempts; undefined
 * where none had begun, or where nobody was left to say it.
 */
export function deviceSecondsIn(error: unknown): number | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const told = cause instanceof CancelledFailure || cause instanceof ApplicationFailure ? cause.details : undefined;
  const [seconds] = told ?? [];
  return typeof seconds === 'number' ? seconds : undefined;
}

/**
 * What each member of a group that was lost is charged: what its trainer says; otherwise the time that passed, which may
 * have been waiting, and so no more than was reserved.
 * @param since milliseconds since 1970
 */
export function lostSecondsEach(error: unknown, reserved: Cost, since: number, members: number): number {
  const told = deviceSecondsIn(error);
  if (told !== undefined) return told / members;
  return Math.min(reserved.deviceSeconds, (Date.now() - since) / 1000 / members);
}
