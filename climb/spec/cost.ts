import { planSearch } from './plan.ts';
import { proxyPresets, type PresetSpeed } from './proxy-presets.ts';
import { expectedSeconds, parameters, proxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

/** What a search will cost, as far as can be said before it starts. */
export type CostEstimate = {
  readonly searchProxies: number;
  readonly verifyProxies: number;
  readonly trainTokens: number;
  /** Hours of one core or device: starting, training, evaluating. */
  readonly occupiedHours: number;
  /** Hours of waiting with `slots` at once. */
  readonly hours: number;
  readonly diskBytes: number;
  /** What the hours rest on: this machine's own figure, the preset's measured elsewhere, or an estimate nobody has tried. */
  readonly speed: 'measured here' | PresetSpeed['known'];
};

/** Of a proxy's training time: starting, evaluating and recording it (docs/results.md). */
const evaluationShare = 0.25;
/** float32 weights; while a proxy trains, two checkpoints of weights and both AdamW moments beside them. */
const weightBytes = 4;
const checkpointBytes = 2 * 3 * weightBytes;
/** Bytes kept of each byte of text: the shards themselves, and a token of two bytes for about every three. */
const textCopies = 1 + 2 / 3;
/** Text of a document, where nothing is known of it: what an embedding is kept for. */
const documentBytes = 2_500;

/**
 * @param textBytes bytes of text in the corpus, uncompressed
 * @param slots proxies that train at once on all workers
 * @param tokensPerSecond measured on one device for this shape; the preset's figure where nothing was measured
 */
export function estimateCost(
  spec: SearchSpec,
  { textBytes, slots, tokensPerSecond }: { textBytes: number; slots: number; tokensPerSecond?: number | undefined },
): CostEstimate {
  const { searchProxies, verifyProxies, proxyTokens } = planSearch(spec);
  const proxies = searchProxies + verifyProxies;
  const trainHours = (proxies * expectedSeconds(spec.proxy, tokensPerSecond)) / 3600;
  const occupiedHours = trainHours * (1 + evaluationShare);
  const parallel = Math.min(slots, spec.budget.concurrency);
  const { model } = proxyShape(spec.proxy);
  const vectors = (textBytes / documentBytes) * spec.embedding.dimensions * 4;
  return {
    searchProxies,
    verifyProxies,
    trainTokens: proxies * proxyTokens,
    occupiedHours,
    hours: occupiedHours / parallel,
    speed: tokensPerSecond === undefined ? proxyPresets[spec.proxy.preset].speed.known : 'measured here',
    diskBytes:
      textBytes * textCopies + vectors + parameters(model) * (proxies * weightBytes + parallel * checkpointBytes),
  };
}
