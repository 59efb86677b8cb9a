import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { domainCells, type DomainCell, type Domains } from '../../../climb/exchange/domain-cells.ts';
import { mapEvidence } from '../../../climb/exchange/map-evidence.ts';
import type { Observation } from '../../../climb/predictor/observations.ts';
import { refOf, tokens } from '../made-recipe.ts';

const at = (weights: readonly number[]): Observation => ({ id: 'i1-p001', weights, losses: [2], score: 's' });
const cell = (old: number | null, now: number | null, tokens: number): DomainCell => ({ old, now, tokens });

/** Weights and mark of the one observation. */
const mapped = (weights: readonly number[], cells: readonly DomainCell[], clusters: number) =>
  mapEvidence([at(weights)], cells, clusters).map((one) => [one.weights, one.evidence]);

describe('evidence over another domain set', () => {
  test('is exact where a cluster was split: its parts were trained in natural proportion', () => {
    const cells = [cell(0, 0, 300), cell(0, 1, 100), cell(1, 2, 500)];
    expect(mapped([0.8, 0.2], cells, 3)).toEqual([[[0.6, 0.2, 0.2], 'exact']]);
  });

  test('is exact where clusters were merged that stood in natural proportion, approximate otherwise', () => {
    const cells = [cell(0, 0, 300), cell(1, 0, 100), cell(2, 1, 500)];
    expect(mapped([0.6, 0.2, 0.2], cells, 2)).toEqual([[[0.8, 0.2], 'exact']]);
    expect(mapped([0.2, 0.6, 0.2], cells, 2)).toEqual([[[0.8, 0.2], 'approximate']]);
    expect(mapped([0, 0, 1], cells, 2)).toEqual([[[0, 1], 'exact']]);
  });

  test('is approximate where text with weight is gone, and none where all of it is', () => {
    const cells = [cell(0, 0, 300), cell(1, null, 100)];
    expect(mapped([0.75, 0.25], cells, 1)).toEqual([[[1], 'approximate']]);
    expect(mapped([1, 0], cells, 1)).toEqual([[[1], 'exact']]);
    expect(mapped([0, 1], cells, 1)).toEqual([]);
  });

  test('is approximate where a cluster gained text that was not trained on', () => {
    const cells = [cell(0, 0, 300), cell(null, 0, 100), cell(1, 1, 200)];
    expect(mapped([0.5, 0.5], cells, 2)).toEqual([[[0.5, 0.5], 'approximate']]);
    expect(mapped([0, 1], cells, 2)).toEqual([[[0, 1], 'exact']]);
  });

  test('that was approximate stays so', () => {
    const [one] = mapEvidence([{ ...at([1, 0]), evidence: 'approximate' }], [cell(0, 0, 1), cell(1, 1, 1)], 2);
    expect(one?.evidence).toBe('approximate');
  });

  test('of a split and the merge that undoes it is what it was', () => {
    const part = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part, fc.nat(1000)), { minLength: 2, maxLength: 6 }), (parts) => {
        const split = parts.flatMap(([a, b], old) => [cell(old, 2 * old, a), cell(old, 2 * old + 1, b)]);
        const merge = split.map(({ old, now, tokens }) => cell(now, old, tokens));
        const total = parts.reduce((sum, [, , weight]) => sum + weight + 1, 0);
        const weights = parts.map(([, , weight]) => (weight + 1) / total);
        const [there] = mapEvidence([at(weights)], split, 2 * parts.length);
        const [back] = mapEvidence([there!], merge, parts.length);
        expect(there?.evidence).toBe('exact');
        back?.weights.forEach((weight, i) => expect(Math.abs(weight - weights[i]!)).toBeLessThan(5e-6));
      }),
    );
  });
});

describe('cells of two domain sets', () => {
  const shards = (...sizes: number[]) => ({
    clusters: sizes.map((size, i) => ({ ...tokens.clusters[0]!, cluster: `c${i}`, tokens: size })),
  });
  const clustered = (map: (number | null)[], sizes: number[], from = 'clusters'): Domains => ({
    domainSet: { map, origin: { kind: 'clusters', clusters: refOf(from) } },
    tokens: shards(...sizes),
  });
  const named = (values: string[], sizes: number[]): Domains => ({
    domainSet: { map: values.map((_, i) => i), origin: { kind: 'field', field: 'topic', values } },
    tokens: shards(...sizes),
  });

  test('count a cell that is a whole cluster of either, and estimate one that is a part of both', () => {
    const old = clustered([0, 0, 1, 1], [300, 500]);
    expect(domainCells(old, clustered([0, 1, 2, 2], [210, 90, 500]), [2, 1, 1, 1])).toEqual([
      { old: 0, now: 0, tokens: 210 },
      { old: 0, now: 1, tokens: 90 },
      { old: 1, now: 2, tokens: 500 },
    ]);
    // The second and third first clusters crossed over: half of the documents of what is now one.
    expect(domainCells(old, clustered([0, 1, 1, null], [200, 400]), [2, 1, 1, 1])?.map((one) => one.tokens)).toEqual([
      200, 200, 200, 250,
    ]);
  });

  test('go by name where domains are known', () => {
    expect(domainCells(named(['sea', 'sky'], [10, 20]), named(['sky', 'law'], [20, 30]), [])).toEqual([
      { old: 0, now: null, tokens: 10 },
      { old: 1, now: 0, tokens: 20 },
      { old: null, now: 1, tokens: 30 },
    ]);
  });

  test('are none where the two have nothing in common', () => {
    expect(domainCells(clustered([0], [1]), clustered([0], [1], 'others'), [1])).toBeNull();
    expect(domainCells(clustered([0], [1]), named(['sea'], [1]), [1])).toBeNull();
  });
});
