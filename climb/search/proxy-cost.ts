import type { Cost } from './budget.ts';
import type { Longest, Part, SearchState } from './search-state.ts';
import { expectedSeconds, proxyShape } from '../spec/proxy-shape.ts';

/** Reserved on top of the slowest proxy so far, since the next may be slower. */
const margin = 1.25;
/** Before anything was measured: starting a trainer, and scoring one continuation, on a busy core. */
const startSeconds = 4;
const continuationSeconds = 2e-3;

/**
 * What one proxy is reserved at. Proxies and tokens are exact; seconds are an upper estimate from the slowest proxy so
 * far, before that from the preset's speed or the one measured on this machine.
 */
export function proxyCost({ spec, longest, opening }: SearchState, part: Part): Cost {
  const train = longest.train || startSeconds + expectedSeconds(spec.proxy, opening?.tokensPerSecond);
  const evaluate = longest.evaluate[part] || firstEvaluation(longest, part, opening?.continuations);
  return { proxies: 1, trainTokens: proxyShape(spec.proxy).tokens, deviceSeconds: margin * (train + evaluate) };
}

function firstEvaluation({ evaluate }: Longest, part: Part, continuations: Record<Part, number> | undefined): number {
  if (continuations === undefined) return startSeconds;
  if (part === 'verify' && evaluate.search > 0) {
    return evaluate.search * Math.max(1, continuations.verify / continuations.search);
  }
  return startSeconds + continuationSeconds * continuations[part];
}
