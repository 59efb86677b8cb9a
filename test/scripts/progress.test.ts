import { describe, expect, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Status } from '../../climb/search/search-views.ts';
import { failureReason, formatOutcome } from '../../scripts/outcome.ts';
import { followProgress, formatStatus, formatTrouble, type SearchHandle } from '../../scripts/progress.ts';

const status: Status = {
  phase: 'search',
  detail: 'iteration 2',
  paused: false,
  waitingFor: null,
  iteration: 1,
  iterations: 4,
  proxies: { done: 17, running: 2, planned: 32, failed: 0, fromLedger: 3 },
  best: { mixture: 'i1-p004', score: 2.81342 },
  etaSeconds: 170,
  stoppedBy: null,
  rejected: [],
  failures: [],
};

/** A search whose query answers these in turn (null: no worker), and which then closes. */
function search<Result>(answers: (Status | null)[], close: () => Promise<Result>): SearchHandle<Result> {
  let closed: () => void;
  const open = new Promise<void>((resolve) => (closed = resolve));
  return {
    query: () => {
      const answer = answers.shift();
      if (answers.length === 0) closed();
      return answer ? Promise.resolve(answer) : Promise.reject(new Error('no worker'));
    },
    describe: () => Promise.resolve({ raw: {} }),
    result: () => open.then(close),
  };
}

function output(isTTY: boolean) {
  const parts: string[] = [];
  return { isTTY, columns: 40, write: (text: string) => parts.push(text), parts };
}

describe('progress', () => {
  test('off a terminal: one line a change, then the result', async () => {
    const out = output(false);
    const next = { ...status, proxies: { ...status.proxies, done: 18 } };
    const handle = search([null, status, { ...status, etaSeconds: 168 }, next, next], () => Promise.resolve('recipe'));
    expect(await followProgress(handle, out, { everyMs: 0 })).toBe('recipe');
    expect(out.parts.slice(0, 3)).toEqual([
      'waiting for a worker to answer\n',
      `${formatStatus(status)}\n`,
      `${formatStatus(next)}\n`,
    ]);
  });

  test('on a terminal: one line rewritten, cut to its width, cleared at the end', async () => {
    const out = output(true);
    await followProgress(
      search([status, status, null], () => Promise.resolve()),
      out,
      { everyMs: 0 },
    );
    expect(out.parts[0]).toBe(`\r\x1b[2K${formatStatus(status).slice(0, 39)}`);
    expect(out.parts.at(-1)).toBe('\r\x1b[2K');
  });

  test('shows what keeps failing, since a workflow waits for it without a word', async () => {
    const out = output(false);
    const failing = { activityId: 'embed', attempt: 3, lastFailure: { message: 'no space left' } };
    const handle = {
      ...search([status, null], () => Promise.resolve()),
      describe: () => Promise.resolve({ raw: { pendingActivities: [failing] } }),
    };
    await followProgress(handle, out, { everyMs: 0 });
    expect(out.parts[0]).toContain(' · embed failed 2 times: no space left');
  });

  test('names what failed most often', () => {
    expect(formatTrouble({ raw: { pendingActivities: [{ activityId: 'i1-p001', attempt: 1 }] } })).toBeNull();
    const failing = (activityId: string, attempt: number) => ({
      activityId,
      attempt,
      lastFailure: { message: `no space left\nat write` },
    });
    expect(formatTrouble({ raw: { pendingActivities: [failing('i1-p001', 2), failing('i1-p002', 4)] } })).toBe(
      'i1-p002 failed 3 times: no space left',
    );
  });

  test("a failed search throws its failure, once it's closed", async () => {
    const handle = search([status, null], () => Promise.reject(new Error('refused')));
    await expect(followProgress(handle, output(false), { everyMs: 0 })).rejects.toThrow('refused');
  });
});

describe('a status line', () => {
  test('says phase, iteration, proxies, best, time left', () => {
    expect(formatStatus(status)).toBe(
      'search · iteration 2/4 · proxies 17/32 (2 running, 3 from the ledger) · best i1-p004 2.8134 · about 3 min left',
    );
  });

  test('leaves out what there is none of', () => {
    const early = {
      ...status,
      phase: 'embed' as const,
      proxies: { done: 0, running: 0, planned: 0, failed: 0, fromLedger: 0 },
      best: null,
      etaSeconds: null,
    };
    expect(formatStatus(early)).toBe('embed');
  });

  test('says what to do when it waits for a person', () => {
    expect(formatStatus({ ...status, phase: 'needs-attention', detail: 'signal resume' })).toMatch(
      /^needs-attention · .* · signal resume$/,
    );
    expect(formatStatus({ ...status, paused: true, detail: 'paused' })).toMatch(/^search \(paused\) · /);
  });
});

test('an outcome shows the weights, largest first, and where the files lie', () => {
  const text = formatOutcome({
    recipe: { path: '/a/recipe.json', digest: 'abc' },
    report: { path: '/a/report.md' },
    verdict: 'better than every baseline',
    verified: true,
    weights: [
      { cluster: 'c1', label: 'ship', weight: 0.2 },
      { cluster: 'c2', label: 'act', weight: 0.8 },
    ],
    stoppedBy: 'iterations',
    proxies: 8,
    fromLedger: 8,
  });
  expect(text).toMatch(
    /80\.0 % {2}█{30} {2}c2 {2}act\n +20\.0 % {2}█{8} +c1 {2}ship\n\nverdict: better than every baseline\n8 proxies, 8 of them from the ledger; stopped by iterations/,
  );
  expect(text).toMatch(/report {2}\/a\/report.md\nrecipe {2}\/a\/recipe.json/);
});

test("a failure's reason is its innermost message; other errors are not failures of a search", () => {
  const refusal = ApplicationFailure.nonRetryable('corpus.path: no such folder');
  expect(failureReason(new WorkflowFailedError('Workflow execution failed', refusal, 'NON_RETRYABLE_FAILURE'))).toBe(
    'corpus.path: no such folder',
  );
  expect(failureReason(new Error('network'))).toBeNull();
});
