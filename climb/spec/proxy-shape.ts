import { learningRateFor } from './learning-rate.ts';
import { proxyPresets, type ProxyModel, type ProxyPreset } from './proxy-presets.ts';
import type { SearchSpec } from './search-file.ts';

/** Everything that makes a proxy besides its mixture and seeds: a preset with the search file's overrides. */
export type ProxyShape = {
  readonly model: ProxyModel;
  readonly batch: number;
  readonly learningRate: number;
  /** Training tokens: whole steps of `batch × context`. */
  readonly tokens: number;
};

/** So many proxies of one shape. */
export type Training = { readonly shape: ProxyShape; readonly proxies: number };

/** A preset and its overrides. `tokens` is rounded down to whole steps, one at least; the rate follows from the width. */
export function proxyShape(proxy: SearchSpec['proxy']): ProxyShape {
  const preset: ProxyPreset = proxyPresets[proxy.preset];
  const own = proxy.model ?? {};
  const model = {
    width: own.width ?? preset.model.width,
    layers: own.layers ?? preset.model.layers,
    heads: own.heads ?? preset.model.heads,
    vocab: own.vocab ?? preset.model.vocab,
    context: own.context ?? preset.model.context,
  };
  const batch = proxy.batch ?? preset.batch;
  const tokens = wholeSteps(proxy.tokens ?? preset.tokens, batch * model.context);
  return { model, batch, learningRate: proxy.learningRate ?? learningRateFor(model.width), tokens };
}

/** Rounded down to whole steps of `step` tokens, one at least. */
export function wholeSteps(tokens: number, step: number): number {
  return Math.max(1, Math.floor(tokens / step)) * step;
}

/**
 * First estimate of a proxy's seconds on one device (of a GPU that trains many at once: its share), before any was
 * measured: time goes with parameters × tokens.
 * @param tokensPerSecond measured at the shape that the search trains, where it was
 * @param shape what is trained, by default what the search trains
 */
export function expectedSeconds(
  proxy: SearchSpec['proxy'],
  tokensPerSecond?: number,
  shape: Pick<ProxyShape, 'model' | 'tokens'> = proxyShape(proxy),
): number {
  const preset: ProxyPreset = proxyPresets[proxy.preset];
  const [known, speed] =
    tokensPerSecond === undefined
      ? [preset.model, preset.speed.tokensPerSecond]
      : [proxyShape(proxy).model, tokensPerSecond];
  return (shape.tokens / speed) * (parameters(shape.model) / parameters(known));
}

/** Weights of the model: 12 d² a block, and two untied tables of vocabulary × d. */
export function parameters({ width, layers, vocab }: ProxyModel): number {
  return 12 * layers * width * width + 2 * vocab * width;
}
