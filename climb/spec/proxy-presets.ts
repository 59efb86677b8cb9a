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
  /** Training tokens a proxy. */
  readonly tokens: number;
  /** The first estimate of a search's cost, until this machine has measured its own. */
  readonly speed: PresetSpeed;
};

export type PresetSpeed = {
  /** Training tokens a second: of one core, or of all proxies that share one GPU. */
  readonly tokensPerSecond: number;
  readonly device: 'cpu' | 'cuda';
  /** `measured`: see docs/results/. `estimated`: from operations a token and what an H100 reaches at other sizes. */
  readonly known: 'measured' | 'estimated';
};

const core = (tokensPerSecond: number) => ({ tokensPerSecond, device: 'cpu', known: 'measured' }) as const;
const gpu = <Known extends PresetSpeed['known']>(tokensPerSecond: number, known: Known) =>
  ({ tokensPerSecond, device: 'cuda', known }) as const;

/**
 * Sizes at which bits per byte rank mixtures the same from seed to seed. Rates follow from the width (learning-rate.ts).
 * Heads are 32 wide up to width 128 and 64 above. A run has 2,000 steps or more, except in the demo; vocabularies are
 * multiples of 128, which matrix units like: 50,304 is GPT-2's 50,257 rounded up.
 */
export const proxyPresets = {
  'cpu-demo': {
    model: { width: 64, layers: 2, heads: 2, vocab: 2048, context: 128 },
    batch: 16,
    tokens: 500_000,
    speed: core(30_000),
  },
  cpu: {
    model: { width: 128, layers: 4, heads: 4, vocab: 4096, context: 256 },
    batch: 16,
    tokens: 10_000_000,
    speed: core(5_500),
  },
  /** Hundreds of proxies in minutes. */
  'gpu-tiny': {
    model: { width: 128, layers: 5, heads: 4, vocab: 4096, context: 512 },
    batch: 16,
    tokens: 20_000_000,
    speed: gpu(4_700_000, 'measured'),
  },
  'gpu-fast': {
    model: { width: 192, layers: 6, heads: 3, vocab: 8192, context: 512 },
    batch: 32,
    tokens: 60_000_000,
    speed: gpu(3_600_000, 'measured'),
  },
  /** From about 15M parameters on, proxies rank mixtures like 1B models do (Olmix). */
  gpu: {
    model: { width: 512, layers: 6, heads: 8, vocab: 16_384, context: 1024 },
    batch: 64,
    tokens: 350_000_000,
    speed: gpu(1_300_000, 'measured'),
  },
  /** The size of CLIMB's smallest proxy (62M, arXiv 2504.13161). */
  paper: {
    model: { width: 768, layers: 10, heads: 12, vocab: 50_304, context: 2048 },
    batch: 64,
    tokens: 1_200_000_000,
    speed: gpu(380_000, 'estimated'),
  },
} as const satisfies Record<string, ProxyPreset>;

export type ProxyPresetName = keyof typeof proxyPresets;

export const presetNames = Object.keys(proxyPresets) as [ProxyPresetName, ...ProxyPresetName[]];
