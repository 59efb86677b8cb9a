import { setTimeout as pause } from 'node:timers/promises';

/** Resolves once a condition that another process brings about holds. Jest's time limit is the only one. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20);
}
