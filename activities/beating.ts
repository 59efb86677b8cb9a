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
  const context = activityContext();
  // A command that runs a stage itself needs no heartbeats; killing it is how one cancels it.
  if (context === undefined) return work(() => {}, new AbortController().signal);
  let details: unknown;
  const timer = setInterval(() => context.heartbeat(details), interval);
  try {
    return await work((latest) => (details = latest), context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}

function activityContext(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}
