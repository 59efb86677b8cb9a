/** Shape of a proxy: a decoder-only transformer as in trainer/climb_trainer/model.py. */
export type ProxyModel = {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Size of the tokenizer's vocabulary. */
  readonly vocab: number;
  /** Tokens a sequence. */
  readonly context: number;
};

export type ProxyPreset = {
  readonly model: ProxyModel;
  /** Sequences a step. */
  readonly batch: number;
  readonly learningRate: number;
  /** Training tokens a proxy. */
  readonly tokens: number;
  /** Tokens a second on one core, measured (docs/results.md): the first estimate of a search's cost. */
  readonly tokensPerSecond: number;
};

/**
 * Sizes at which bits per byte rank mixtures the same from seed to seed. Learning rates lie on the low side of the optimum, since
 * rankings transfer better from there (arXiv 2512.24503).
 */
export const proxyPresets = {
  'cpu-demo': {
    model: { width: 64, layers: 2, heads: 2, vocab: 2048, context: 128 },
    batch: 16,
    learningRate: 4e-3,
    tokens: 500_000,
    tokensPerSecond: 30_000,
  },
  cpu: {
    model: { width: 128, layers: 4, heads: 4, vocab: 4096, context: 256 },
    batch: 16,
    learningRate: 2e-3,
    tokens: 10_000_000,
    tokensPerSecond: 5_500,
  },
} as const satisfies Record<string, ProxyPreset>;

export type ProxyPresetName = keyof typeof proxyPresets;
