import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { pauseMode } from '../climb/search/pause.ts';
import type { SearchState } from '../climb/search/search-state.ts';
import { deviceSecondsIn } from './device-seconds.ts';

/** A training that a pause ended at a checkpoint. */
export class Cut extends Error {
  override name = 'Cut';
  /** Seconds that it occupied a device; 0 where it had not begun. */
  readonly deviceSeconds: number;

  constructor(deviceSeconds: number) {
    super('the search was paused');
    this.deviceSeconds = deviceSeconds;
  }
}

/**
 * Runs a training, which a pause of mode `checkpoint` ends at a checkpoint.
 * @throws Cut where it did; it goes on from there when the same training is asked for again
 */
export async function untilPaused<T>(state: SearchState, train: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  let over = false;
  let paused = false;
  const pause = condition(() => over || pauseMode(state.paused) === 'checkpoint').then(() => {
    if (over) return;
    paused = true;
    scope.cancel();
  });
  pause.catch(() => undefined); // the whole search was cancelled, which the training says itself
  try {
    return await scope.run(train);
  } catch (error) {
    // Where the search was cancelled too, that counts.
    if (!paused || !isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    throw new Cut(deviceSecondsIn(error) ?? 0);
  } finally {
    over = true;
  }
}
