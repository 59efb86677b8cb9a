import { learningRateFor } from './learning-rate.ts';
import { parameters, proxyShape, wholeSteps, type ProxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

export type Rung = NonNullable<SearchSpec['verify']['ladder']>[number];

/**
 * What a rung trains: the proxy at another width and depth, with heads of the proxy's size, the rate that its width asks
 * for, and tokens in proportion to its parameters. Tokenizer, context and batch stay, so that scores can be compared.
 */
export function rungShape(proxy: SearchSpec['proxy'], { width, layers, heads, tokens }: Rung): ProxyShape {
  const own = proxyShape(proxy);
  const headSize = own.model.width / own.model.heads;
  const model = { ...own.model, width, layers, heads: heads ?? Math.max(1, Math.floor(width / headSize)) };
  const scaled = (own.tokens * parameters(model)) / parameters(own.model);
  return {
    model,
    batch: own.batch,
    learningRate: learningRateFor(width),
    tokens: wholeSteps(tokens ?? scaled, own.batch * model.context),
  };
}

/** `256 × 8`: width and layers, as people name a rung. */
export const rungName = ({ width, layers }: Pick<Rung, 'width' | 'layers'>): string => `${width} × ${layers}`;
