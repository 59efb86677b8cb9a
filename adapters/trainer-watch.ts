import { grew, type oomKills } from './host-memory.ts';
import type { Exit, TrainerChild } from './trainer-child.ts';
import { failureKind, TrainerFailure, type TrainerEvent, type TrainerRun } from './trainer.ts';

export type Watch = {
  /** Seconds without a line on stdout after which it counts as hung. */
  readonly stallSeconds: number;
  readonly readOomKills: typeof oomKills;
};

/** Every member diverged: that is a result, and it is written. */
const exitDiverged = 66;

/**
 * Watches over a child until its work is done: by an `end` event where it is `warm` and takes further work, otherwise by
 * its exit.
 * @throws TrainerFailure, or the signal's reason when it was aborted. Then the child is gone.
 */
export async function watch(
  child: TrainerChild,
  { signal, onEvent }: TrainerRun,
  { stallSeconds, readOomKills, warm = false }: Watch & { readonly warm?: boolean },
): Promise<void> {
  const killsBefore = readOomKills();
  let lastError: TrainerEvent | undefined;
  let stalled = false;
  const stall = setTimeout(() => {
    stalled = true;
    child.kill();
  }, stallSeconds * 1000);
  const stop = () => child.stop();
  signal.addEventListener('abort', stop, { once: true });
  const end = new Promise<'end'>((resolve) => {
    child.listen((event) => {
      stall.refresh();
      if (event?.event === 'error') lastError = event;
      if (warm && event?.event === 'end') resolve('end');
      else if (event) onEvent(event);
    });
  });

  try {
    const outcome = await Promise.race([end, child.exit]);
    if (outcome === 'end' || (!warm && (outcome.code === 0 || outcome.code === exitDiverged))) return;
    signal.throwIfAborted();
    if (stalled) throw new TrainerFailure('stalled', said(outcome, `no sign of life for ${stallSeconds} s`));
    const kind = failureKind(outcome.code, asText(lastError?.['kind']));
    if (outcome.signal === 'SIGKILL' && grew(await killsBefore, await readOomKills())) {
      throw new TrainerFailure('outOfMemory', said(outcome, 'as it seems, this machine had no memory left'));
    }
    throw new TrainerFailure(
      kind,
      said(outcome, asText(lastError?.['message']) ?? (child.complaints || 'it said nothing')),
    );
  } finally {
    clearTimeout(stall);
    signal.removeEventListener('abort', stop);
  }
}

const said = ({ code }: Exit, reason: string) =>
  `the trainer ended (${code === null ? 'killed by a signal' : `exit ${code}`}): ${reason}`;

const asText = (value: unknown) => (typeof value === 'string' ? value : undefined);
