import { efficiencyTrainings, regmixTrainings } from './baseline-work.ts';
import { defaultDimensions } from './corpus-rules.ts';
import { fixedTrainings, planSearch, workOf, type Plan, type Work } from './plan.ts';
import { proxyPresets, type PresetSpeed } from './proxy-presets.ts';
import { expectedSeconds, parameters, proxyShape, type ProxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

/** What a search will cost, as far as can be said before it starts. */
export type CostEstimate = Pick<Plan, 'searchProxies' | 'verifyProxies' | 'trunk' | 'ladder'> & {
  /** RegMix's own search, and the recipe at fewer tokens. */
  readonly regmix: Work;
  readonly efficiency: Work;
  readonly trainTokens: number;
  /** Hours of one core or device: starting, training, evaluating. */
  readonly occupiedHours: number;
  /** Hours of waiting with `slots` at once. */
  readonly hours: number;
  readonly diskBytes: number;
  /** What the hours rest on: this machine's own figure, the preset's measured elsewhere, or an estimate nobody has tried. */
  readonly speed: 'measured here' | PresetSpeed['known'];
};

/** Of a proxy's training time: starting, evaluating and recording it (docs/results/). */
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
  const { searchProxies, verifyProxies, trunk, ladder } = planSearch(spec);
  const trainings = [...fixedTrainings(spec), { shape: proxyShape(spec.proxy), proxies: searchProxies }];
  const total = (of: (shape: ProxyShape) => number) =>
    trainings.reduce((sum, { shape, proxies }) => sum + proxies * of(shape), 0);
  const trainSeconds = total((shape) => expectedSeconds(spec.proxy, tokensPerSecond, shape));
  const occupiedHours = (trainSeconds / 3600) * (1 + evaluationShare);
  const parallel = Math.min(slots, spec.budget.concurrency);
  const largest = Math.max(...trainings.map(({ shape }) => parameters(shape.model)));
  const vectors = (textBytes / documentBytes) * (spec.embedding.dimensions ?? defaultDimensions) * 4;
  return {
    searchProxies,
    verifyProxies,
    trunk,
    ladder,
    regmix: workOf(regmixTrainings(spec)),
    efficiency: workOf(efficiencyTrainings(spec)),
    trainTokens: total(({ tokens }) => tokens),
    occupiedHours,
    hours: occupiedHours / parallel,
    speed: tokensPerSecond === undefined ? proxyPresets[spec.proxy.preset].speed.known : 'measured here',
    diskBytes:
      textBytes * textCopies +
      vectors +
      total(({ model }) => parameters(model) * weightBytes) +
      parallel * largest * checkpointBytes,
  };
}
