import { Context } from '@temporalio/activity';

/** Milliseconds between heartbeats: well under the shortest timeout in use. */
const interval = 500;

/**
 * Runs `work` and heartbeats while it is under way, with the newest details it gave to `beat`: a hint for people, never
 * state to resume from. Cancellation reaches an activity only through its heartbeats.
 */
export async function beating<T>(
  work: (beat: (details: unknown) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  let details: unknown;
  const timer = setInterval(() => context.heartbeat(details), interval);
  try {
    return await work((latest) => (details = latest), context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
