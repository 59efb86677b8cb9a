import { learningRateFor } from './learning-rate.ts';
import { proxyPresets } from './proxy-presets.ts';
import { parameters, proxyShape, wholeSteps, type ProxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

export type Rung = NonNullable<SearchSpec['verify']['ladder']>[number];

/**
 * What a rung trains: the proxy at another width and depth, with heads of the proxy's size, the rate that its width asks
 * for, and tokens in proportion to its parameters. Tokenizer, context and batch stay, so that scores can be compared.
 */
export function rungShape(proxy: SearchSpec['proxy'], rung: Rung): ProxyShape {
  const { width, layers, heads } = sizeOf(rung);
  const { tokens } = rung;
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

type Size = { readonly width: number; readonly layers: number; readonly heads?: number | undefined };

/** Of a preset its width, depth and heads alone. */
const sizeOf = (rung: Rung): Size => ('preset' in rung ? proxyPresets[rung.preset].model : rung);

/** `256 × 8`: width and layers, as people name a size. */
export const sizeName = ({ width, layers }: Size): string => `${width} × ${layers}`;

export const rungName = (rung: Rung): string => sizeName(sizeOf(rung));
