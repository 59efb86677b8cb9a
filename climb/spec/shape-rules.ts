import type { Problem } from '../problem.ts';
import { rungName, rungShape, sizeName } from './ladder.ts';
import type { ProxyModel } from './proxy-presets.ts';
import { proxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

/** Shapes and lengths that no proxy can have. */
export function* proxyProblems({ proxy }: SearchSpec): Iterable<Problem> {
  const { model, batch } = proxyShape(proxy);
  const step = batch * model.context;
  if (!turnsInPairs(model)) yield { path: 'proxy.model.heads', message: headsMessage(model) };
  for (const [path, tokens] of [
    ['proxy.tokens', proxy.tokens],
    [
      'proxy.warmStart.tokens',
      proxy.warmStart !== undefined && 'tokens' in proxy.warmStart ? proxy.warmStart.tokens : step,
    ],
  ] as const) {
    if (tokens !== undefined && tokens < step) {
      yield { path, message: stepMessage(batch, model, tokens) };
    }
  }
}

const stepMessage = (batch: number, { context }: ProxyModel, tokens: number) =>
  `at least one step of ${batch * context} tokens (batch ${batch} × context ${context}) is needed, got ${tokens}; raise tokens, or lower batch or context`;
const turnsInPairs = ({ width, heads }: ProxyModel) => width % (2 * heads) === 0;
const headsMessage = ({ width, heads }: ProxyModel) =>
  `${heads} heads must divide the width ${width} into even parts (rotary embedding turns pairs); give heads such that width is a multiple of 2 × heads`;

/** Rungs that can't be trained, or that would say nothing new. */
export function* ladderProblems({ proxy, verify, target }: SearchSpec): Iterable<Problem> {
  if (verify.ladder !== undefined && target.tokens === undefined) {
    yield {
      path: 'verify.ladder',
      message: `it needs target.tokens, got none: without it every size reads whole clusters, so that one with more tokens repeats them more often, and a difference could be size or repetition; give target.tokens, what the model that the mixture is for is to train on, or leave out the ladder`,
    };
  }
  const { model: own, batch } = proxyShape(proxy);
  const step = batch * own.context;
  for (const [at, rung] of (verify.ladder ?? []).entries()) {
    const path = `verify.ladder.${at}`;
    const { model, tokens } = rungShape(proxy, rung);
    const isOwn = rungName(rung) === sizeName(own);
    if (isOwn || verify.ladder?.findIndex((other) => rungName(other) === rungName(rung)) !== at) {
      yield {
        path,
        message: `${rungName(rung)} is ${isOwn ? 'what the search itself trains' : 'named twice'}: it would say nothing new; name another width or depth`,
      };
    }
    if (!turnsInPairs(model)) {
      yield { path: `${path}.heads`, message: headsMessage(model) };
    }
    if (rung.tokens !== undefined && rung.tokens < step)
      yield { path: `${path}.tokens`, message: stepMessage(batch, own, rung.tokens) };
    if (tokens > (target.tokens ?? Infinity)) {
      yield {
        path: `${path}.tokens`,
        message: `${tokens} tokens are more than the target run's ${target.tokens}: it would repeat clusters more often than that run, and constraints.maxEpochs would not hold; give fewer`,
      };
    }
  }
}
