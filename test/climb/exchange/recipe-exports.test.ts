import { describe, expect, test } from '@jest/globals';
import { interleavedDatasets, interleavedJson } from '../../../climb/exchange/interleaved-datasets.ts';
import { megatronBlend, megatronSplits } from '../../../climb/exchange/megatron-blend.ts';
import { olmixMix } from '../../../climb/exchange/olmix-mix.ts';
import { regmixConfig } from '../../../climb/exchange/regmix-config.ts';
import { sourceWeights } from '../../../climb/exchange/source-weights.ts';
import { exported, weighted } from './made-export.ts';

/**
 * What Megatron makes of a list (NVIDIA/Megatron-LM, megatron/core/datasets/utils.py, `get_blend_from_list`, and
 * `BlendedDataset`): pairs of weight and prefix where their number is even and all weights are numbers; then no weight
 * may be 0, and they are divided by their sum.
 */
function blendFromList(list: readonly string[]): { prefixes: string[]; weights: number[] } {
  if (list.length % 2 === 1) throw new Error('read as prefixes without weights');
  const pairs = Array.from({ length: list.length / 2 }, (_, at) => [list[2 * at]!, list[2 * at + 1]!] as const);
  const weights = pairs.map(([weight]) => Number(weight));
  if (!weights.every(Number.isFinite)) throw new Error('read as prefixes without weights');
  if (!weights.every((weight) => weight > 0)) throw new Error('assert all(map(lambda _: _ > 0, weights))');
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { prefixes: pairs.map(([, prefix]) => prefix), weights: weights.map((weight) => weight / total) };
}

describe('Megatron', () => {
  const split = (text: string) => text.split(/\s+/).filter((word) => word !== '');

  test('reads weights and prefixes, none of them 0', () => {
    const { prefixes, weights } = blendFromList(split(megatronBlend(exported, '/data/mix/')));
    expect(prefixes).toEqual(['/data/mix/c0000', '/data/mix/c0001', '/data/mix/c0003']);
    expect(weights).toEqual([0.5, 0.499998, 0.000002].map((weight) => expect.closeTo(weight, 15) as unknown));
  });

  test('reads the one prefix of a recipe of one cluster as weighted too', () => {
    expect(blendFromList(split(megatronBlend(weighted(0, 1), 'd')))).toEqual({ prefixes: ['d/c0001'], weights: [1] });
  });

  test('reads a blend a split; where a split has none, nothing is asked', () => {
    const splits = JSON.parse(megatronSplits(exported, 'd')) as { train: string[]; valid: null; test: null };
    expect(Object.keys(splits)).toEqual(['train', 'valid', 'test']);
    expect(blendFromList(splits.train)).toEqual(blendFromList(split(megatronBlend(exported, 'd'))));
    expect([splits.valid, splits.test]).toEqual([null, null]);
  });

  test('would split a folder with a space: it is refused', () => {
    expect(() => megatronBlend(exported, 'my data')).toThrow('Megatron splits its list of prefixes at white space');
  });
});

describe('interleave_datasets', () => {
  test('draws documents: expected tokens are the weights', () => {
    const { clusters, probabilities } = interleavedDatasets(exported);
    expect(clusters).toEqual(['c0000', 'c0001', 'c0003']);
    const means = clusters.map((name) => {
      const { tokens, documents } = exported.clusters.find(({ cluster }) => cluster === name)!;
      return tokens / documents;
    });
    const tokens = probabilities.map((probability, at) => probability * means[at]!);
    const total = tokens.reduce((sum, part) => sum + part, 0);
    expect(tokens.map((part) => part / total)).toEqual([
      expect.closeTo(0.5, 12),
      expect.closeTo(0.499998, 12),
      expect.closeTo(0.000002, 12),
    ]);
    // NumPy's choice refuses probabilities whose sum is off by more than 1e-8.
    expect(Math.abs(probabilities.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12);
  });

  test('goes on over the end of a cluster where the target repeats one', () => {
    expect(interleavedDatasets(exported).stopping_strategy).toBe('all_exhausted');
    expect(interleavedDatasets({ ...exported, targetTokens: 2_000_000 }).stopping_strategy).toBe('first_exhausted');
  });

  test('can draw nothing from a cluster without documents', () => {
    const [first, ...rest] = exported.clusters as [(typeof exported.clusters)[number]];
    const without = (changes: object) => ({ ...exported, clusters: [{ ...first, ...changes }, ...rest] });
    expect(() => interleavedDatasets(without({ documents: 0 }))).toThrow('c0000: has weight but no documents');
    expect(() => interleavedDatasets(without({ tokens: 0 }))).toThrow('c0000: has weight but no tokens');
  });

  test('says how it is used', () => {
    expect((JSON.parse(interleavedJson(exported)) as { usage: string[] }).usage.join('\n')).toContain(
      'probabilities=mix["probabilities"]',
    );
  });
});

describe('RegMix', () => {
  test('reads numbers with a decimal point under names that begin with train_', () => {
    const lines = regmixConfig(exported).split('\n');
    expect(lines.slice(0, 5)).toEqual([
      'train:',
      '  train_c0000: 0.500000',
      '  train_c0001: 0.499998',
      '  train_c0002: 0.000000',
      '  train_c0003: 0.000002',
    ]);
    // YAML 1.1 as PyYAML resolves it: a float has a point, and an exponent its sign.
    const float = /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/;
    for (const line of lines.slice(1, 5)) expect(line.split(': ')[1]).toMatch(float);
    expect(lines[5]).toBe('valid:');
  });

  test('would read the files of a longer name for a shorter one: that is refused', () => {
    const [first] = exported.clusters as [(typeof exported.clusters)[number]];
    const clusters = [first, { ...first, cluster: 'c00001' }];
    expect(() => regmixConfig({ ...exported, clusters })).toThrow('c0000: is the beginning of another');
  });
});

describe('Olmix', () => {
  test('reads weight and repetition factor of each source, in which nothing runs out', () => {
    const { mix, priors } = olmixMix(exported);
    expect(mix).toEqual({
      c0000: { weight: 0.5, repetition_factor: 1 },
      c0001: { weight: 0.499998, repetition_factor: 1.999992 },
      c0002: { weight: 0, repetition_factor: 1 },
      c0003: { weight: 0.000002, repetition_factor: 1 },
    });
    expect(priors).toEqual({ token_counts: { c0000: 2_000_000, c0001: 1_000_000, c0002: 500_000, c0003: 500_000 } });
    for (const { cluster, tokens } of exported.clusters) {
      const { weight, repetition_factor: factor } = mix[cluster]!;
      expect(tokens * factor).toBeGreaterThanOrEqual(weight * exported.targetTokens);
    }
  });
});

describe('weights of source files', () => {
  const files = [
    { path: 'a.jsonl', bytes: [300, 0, 10, 0] },
    { path: 'b.jsonl', source: 'web', bytes: [100, 50, 10, 5] },
  ];

  test('sum what every cluster takes of a file', () => {
    const found = sourceWeights(files, exported.clusters);
    expect(found).toEqual([
      { path: 'a.jsonl', weight: 0.375, natural: 310 / 475 },
      { path: 'b.jsonl', source: 'web', weight: 0.125 + 0.499998 + 0.000002, natural: 165 / 475 },
    ]);
    expect(found.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  test('of natural proportions are those of the corpus', () => {
    const all = [400, 50, 20, 5].map((bytes) => bytes / 475);
    for (const { weight, natural } of sourceWeights(files, weighted(...all).clusters)) {
      expect(weight).toBeCloseTo(natural, 12);
    }
  });

  test('need text of every cluster that has weight', () => {
    expect(() => sourceWeights([files[0]!], exported.clusters)).toThrow('c0001: has weight 0.499998, and no file');
  });
});
