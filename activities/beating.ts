import { Context } from '@temporalio/activity';

/** Milliseconds between heartbeats: well under the shortest timeout in use. */
const interval = 500;

/** What each activity that is under way said last. */
const saying = new WeakMap<Context, { details: unknown }>();

/**
 * Runs `work` and heartbeats while it is under way, with the newest details it gave to `beat`: a hint for people, never
 * state to resume from. Cancellation reaches an activity only through its heartbeats. Within another call it says what
 * it has to say through that one.
 */
export async function beating<T>(
  work: (beat: (details: unknown) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = activityContext();
  // A command that runs a stage itself needs no heartbeats; killing it is how one cancels it.
  if (context === undefined) return work(() => {}, new AbortController().signal);
  const outer = saying.get(context);
  const said = outer ?? { details: undefined };
  const beat = (latest: unknown) => (said.details = latest);
  if (outer !== undefined) return work(beat, context.cancellationSignal);
  saying.set(context, said);
  const timer = setInterval(() => context.heartbeat(said.details), interval);
  try {
    return await work(beat, context.cancellationSignal);
  } finally {
    clearInterval(timer);
    saying.delete(context);
  }
}

function activityContext(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}
