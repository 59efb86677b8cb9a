import { ApplicationFailure, condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';

/** Ends as its input says: at once, with a refusal, or only after the signal `go`. */
export async function climbSearch({ end }: { end: 'now' | 'refused' | 'go' }) {
  let gone = end === 'now';
  setHandler(defineSignal('go'), () => {
    gone = true;
  });
  setHandler(defineQuery('status'), () => ({
    phase: 'search',
    detail: 'iteration 1',
    paused: false,
    waitingFor: null,
    iteration: 0,
    iterations: 2,
    proxies: { done: 3, running: 1, planned: 8, failed: 0, fromLedger: 0 },
    best: { mixture: 'i1-p002', score: 2.8134 },
    etaSeconds: 65,
  }));
  if (end === 'refused')
    throw ApplicationFailure.nonRetryable('corpus.path: there is no such folder', 'InvalidSearchSpec');
  await condition(() => gone);
  return {
    recipe: { path: '/home/recipe.json', digest: 'sha256:abc' },
    report: { path: '/home/report.md' },
    verdict: 'better than every baseline',
    verified: true,
    weights: [
      { cluster: 'c0002', label: 'whale ship sea', weight: 0.25 },
      { cluster: 'c0001', label: 'person act state', weight: 0.75 },
    ],
    stoppedBy: 'iterations',
    proxies: 8,
    fromLedger: 0,
  };
}
