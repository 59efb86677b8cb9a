import type { DomainSetCluster } from '../corpus/corpus-artifacts.ts';
import { meanQuality, type Exploration } from './exploration.ts';
import type { Circle } from './label-places.ts';

/** Colours that most colour-blind people can tell apart; there are no more, so that far clusters may share one. */
export const hues = 7;

/** For each circle a hue: in the order given, each takes the one whose nearest bearer is farthest away. */
export function farHues(circles: readonly Circle[]): number[] {
  const chosen: number[] = [];
  for (const { x, y } of circles) {
    const nearest = Array.from({ length: hues }, (_, hue) =>
      Math.min(
        ...chosen.flatMap((taken, at) =>
          taken === hue ? [Math.hypot(circles[at]!.x - x, circles[at]!.y - y) - circles[at]!.r] : [],
        ),
      ),
    );
    chosen.push(nearest.indexOf(Math.max(...nearest)));
  }
  return chosen;
}

/** Steps of the scale of quality. */
export const steps = 5;

/** An axis of quality as colours: `steps` equal parts between the least and the greatest mean of any cluster. */
export type QualityScale = {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly of: (cluster: DomainSetCluster) => number | null;
};

/** The mean of all axes, where there are several, then each. None where quality was not scored. */
export function qualityScales({ axes, rows }: Pick<Exploration, 'axes' | 'rows'>): QualityScale[] {
  const clusters = rows.flatMap((row) => ('clusters' in row ? row.clusters : []));
  const scale = (name: string, of: QualityScale['of']): QualityScale => {
    const means = clusters.map(of).filter((mean) => mean !== null);
    return {
      name,
      of,
      low: means.reduce((a, b) => Math.min(a, b), Infinity),
      high: means.reduce((a, b) => Math.max(a, b), -Infinity),
    };
  };
  return [
    ...(axes.length > 1 ? [scale('all axes', meanQuality)] : []),
    ...axes.map((axis) => scale(axis, ({ quality }) => quality?.[axis]?.mean ?? null)),
  ].filter(({ low }) => low < Infinity);
}

/** @returns 0 to `steps` - 1; null for a cluster that the axis doesn't apply to */
export function stepOf(cluster: DomainSetCluster, { low, high, of }: QualityScale): number | null {
  const mean = of(cluster);
  if (mean === null) return null;
  return high === low ? steps - 1 : Math.min(steps - 1, Math.floor((steps * (mean - low)) / (high - low)));
}
