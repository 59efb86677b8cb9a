import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { pauseMode } from '../climb/search/pause.ts';
import type { SearchState } from '../climb/search/search-state.ts';
import { deviceSecondsIn } from './device-seconds.ts';

/** A training that a pause ended at a checkpoint. */
export class Cut extends Error {
  override name = 'Cut';
  /** Seconds that it occupied a device, at most where nobody was left to say it; 0 where it had not begun. */
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
  const since = Date.now();
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
    if (!paused || CancellationScope.current().consideredCancelled) throw error;
    const cancelled = isCancellation(error);
    if (!cancelled && !isUnretried(error)) throw error;
    throw new Cut(deviceSecondsIn(error) ?? (cancelled ? 0 : (Date.now() - since) / 1000));
  } finally {
    over = true;
  }
}

/**
 * A fault that came between the pause and the checkpoint: a lost worker, a killed trainer. It would have been tried
 * again, but of what is to be cancelled the server tries nothing again.
 */
function isUnretried(error: unknown): boolean {
  if (!(error instanceof ActivityFailure) || error.retryState !== 'CANCEL_REQUESTED') return false;
  const { cause } = error;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.nonRetryable !== true);
}
