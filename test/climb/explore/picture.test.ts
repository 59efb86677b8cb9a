import { describe, expect, test } from '@jest/globals';
import type { FoundRow } from '../../../climb/explore/exploration.ts';
import { farHues, hues, qualityScales, stepOf } from '../../../climb/explore/picture-colours.ts';
import { pictureLayout } from '../../../climb/explore/picture-layout.ts';
import { fittingTerms, textWidth } from '../../../climb/explore/text-width.ts';
import { madeExploration } from './made-exploration.ts';

const frame = { width: 880, height: 560, upright: false, fontSize: 13, mostLabels: 30 };
const made = madeExploration();
const row = made.rows[2] as FoundRow;
const clustering = made.clusterings[1]!;

describe('pictureLayout', () => {
  const { clusters, dots, dropped } = pictureLayout(row, clustering, frame);

  test('area goes by documents', () => {
    const [a, b] = [clusters[0]!, clusters[5]!];
    expect(a.r ** 2 / b.r ** 2).toBeCloseTo(row.clusters[0]!.documents / row.clusters[5]!.documents, 5);
  });

  test('a dot for each cluster that is kept, a circle for each dropped one, all in the picture', () => {
    expect(dots.map(({ group }) => group)).toEqual(row.map.filter((group) => group !== null));
    expect(dropped).toHaveLength(1);
    for (const { x, y } of [...clusters, ...dots, ...dropped]) {
      expect(x > 0 && x < frame.width && y > 0 && y < frame.height).toBe(true);
    }
  });

  test('a merged cluster stands at the mean of its members where nothing is in its way', () => {
    clusters.forEach((circle, group) => {
      const members = dots.filter((dot) => dot.group === group);
      const weights = row.map.flatMap((to, initial) => (to === group ? [clustering.sizes[initial]!] : []));
      const all = weights.reduce((a, b) => a + b, 0);
      const x = members.reduce((sum, dot, at) => sum + (dot.x * weights[at]!) / all, 0);
      const y = members.reduce((sum, dot, at) => sum + (dot.y * weights[at]!) / all, 0);
      expect(Math.hypot(circle.x - x, circle.y - y)).toBeLessThan(1);
    });
  });

  test('circles that would lie upon each other are moved apart', () => {
    const points = clustering.points.map(() => [0, 0] as const);
    const crowded = pictureLayout(row, { ...clustering, points }, frame).clusters;
    for (const [at, a] of crowded.entries()) {
      for (const b of crowded.slice(0, at)) {
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(0.85 * (a.r + b.r));
      }
    }
  });

  test('rows of one K share their dots, so that settings can be compared', () => {
    const other = pictureLayout(made.rows[3] as FoundRow, clustering, frame);
    const places = (of: typeof dots) => of.map(({ x, y }) => [x, y]);
    expect(places(other.dots)).toEqual(places(dots));
  });

  test('upright the longer axis runs down', () => {
    const spread = (of: readonly { x: number; y: number }[], axis: 'x' | 'y') =>
      Math.max(...of.map((dot) => dot[axis])) - Math.min(...of.map((dot) => dot[axis]));
    const tall = pictureLayout(row, clustering, { ...frame, width: 360, height: 500, upright: true }).dots;
    expect(spread(tall, 'y')).toBeGreaterThan(spread(tall, 'x'));
    expect(spread(dots, 'x')).toBeGreaterThan(spread(dots, 'y'));
  });
});

describe('colours', () => {
  test('every hue is used before one comes twice, and then the farthest bearer shares its own', () => {
    const circles = Array.from({ length: hues + 1 }, (_, at) => ({ x: 100 * at, y: 0, r: 5 }));
    const chosen = farHues(circles);
    expect(new Set(chosen.slice(0, hues)).size).toBe(hues);
    expect(chosen[hues]).toBe(chosen[0]);
  });

  test('quality in steps from the least mean of any cluster to the greatest', () => {
    const [all, repetition, lineEnds] = qualityScales(made);
    expect([all!.name, repetition!.name, lineEnds!.name]).toEqual(['all axes', 'repetition', 'line ends']);
    expect([repetition!.low, repetition!.high]).toEqual([1, 4.75]);
    const step = (mean: number | null) =>
      stepOf({ ...row.clusters[0]!, quality: { repetition: { mean, documents: 9 } } }, repetition!);
    expect([1, 1.74, 1.76, 4.74, 4.75, null].map(step)).toEqual([0, 0, 1, 4, 4, null]);
    expect(qualityScales(madeExploration({}, false))).toEqual([]);
  });
});

describe('fittingTerms', () => {
  test.each([
    [['whale', 'ship', 'sea'], 1000, 'whale, ship, sea'],
    [['whale', 'ship', 'sea'], 100, 'whale, ship'],
    [['whale'], 30, /^wh?…$/],
    [[], 100, ''],
  ])('%j in %i pixels', (terms, width, text) => {
    const found = fittingTerms(terms, 13, width);
    expect(found).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
    expect(textWidth(found, 13)).toBeLessThanOrEqual(width);
  });
});
