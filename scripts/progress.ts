import { setTimeout as pause } from 'node:timers/promises';
import type { Status } from '../climb/search/search-views.ts';

const LOOK_EVERY_MS = 2_000;

/** What a workflow handle of the client offers, and all that progress needs of it. */
export type SearchHandle<Result> = {
  query: (name: 'status') => Promise<Status>;
  /** As the server sees it: a workflow doesn't learn of attempts that will be repeated. */
  describe: () => Promise<{ raw: { pendingActivities?: PendingActivity[] | null } }>;
  /** Settles when the search closes, across continue-as-new. */
  result: () => Promise<Result>;
};

type PendingActivity = {
  activityId?: string | null;
  attempt?: number | null;
  lastFailure?: { message?: string | null } | null;
};

/** Where progress goes: one line rewritten in place on a terminal, a new line per change elsewhere. */
export type ProgressOutput = { isTTY?: boolean; columns?: number; write: (text: string) => unknown };

/**
 * Shows a search's status until it closes.
 * @returns its result
 * @throws the search's failure (WorkflowFailedError)
 */
export async function followProgress<Result>(
  handle: SearchHandle<Result>,
  out: ProgressOutput,
  { everyMs = LOOK_EVERY_MS }: { everyMs?: number } = {},
): Promise<Result> {
  const line = progressLine(out);
  let open = true;
  const closed = handle.result().finally(() => (open = false));
  closed.catch(() => undefined); // handled by the await below; until then it must not count as unhandled
  while (open) {
    // No worker, or one that is still starting: the search waits for it, and so do we.
    const status = await handle.query('status').catch(() => null);
    const trouble = formatTrouble(await handle.describe().catch(() => ({ raw: {} })));
    if (open) line.show(status, trouble);
    await Promise.race([closed.catch(() => undefined), pause(everyMs)]);
  }
  line.end();
  return closed;
}

/** `search · iteration 2/4 · proxies 17/32 (2 running, 3 from the ledger) · best i1-p004 2.8134 · about 3 min left` */
export function formatStatus({
  phase,
  paused,
  detail,
  iteration,
  iterations,
  proxies,
  best,
  etaSeconds,
}: Status): string {
  const asides = [
    [proxies.running, 'running'],
    [proxies.fromLedger, 'from the ledger'],
    [proxies.failed, 'failed'],
  ] as const;
  const aside = asides.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [
    paused ? `${phase} (paused)` : phase,
    phase === 'search' && `iteration ${Math.min(iteration + 1, iterations)}/${iterations}`,
    proxies.planned > 0 &&
      `proxies ${proxies.done}/${proxies.planned}${aside.length > 0 ? ` (${aside.join(', ')})` : ''}`,
    best && `best ${best.mixture} ${best.score.toFixed(4)}`,
    etaSeconds !== null && `about ${formatDuration(etaSeconds)} left`,
    (paused || phase === 'needs-attention') && detail,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `i1-p003 failed 2 times: the trainer ended …`, of the activity that failed most often; null when all is well. */
export function formatTrouble({ raw }: Awaited<ReturnType<SearchHandle<unknown>['describe']>>): string | null {
  const failing = (raw.pendingActivities ?? []).filter(({ lastFailure }) => lastFailure?.message);
  const [worst] = failing.toSorted((a, b) => (b.attempt ?? 1) - (a.attempt ?? 1));
  if (!worst) return null;
  const failures = (worst.attempt ?? 2) - 1;
  const reason = (worst.lastFailure?.message ?? '').split('\n')[0] ?? '';
  return `${worst.activityId} failed ${failures === 1 ? 'once' : `${failures} times`}: ${reason.slice(0, 160)}`;
}

function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

function progressLine(out: ProgressOutput) {
  const clear = '\r\x1b[2K';
  let last = '';
  return {
    show(status: Status | null, trouble: string | null) {
      const line = (shown: Status | null) =>
        [shown ? formatStatus(shown) : 'waiting for a worker to answer', ...(trouble ? [trouble] : [])].join(' · ');
      const text = line(status);
      // The time left changes at every look: on a terminal that is life, in a log it would be noise.
      const news = status && !out.isTTY ? line({ ...status, etaSeconds: null }) : text;
      if (news === last) return;
      last = news;
      out.write(out.isTTY ? clear + text.slice(0, (out.columns ?? 80) - 1) : `${text}\n`);
    },
    end() {
      if (out.isTTY && last) out.write(clear);
    },
  };
}
