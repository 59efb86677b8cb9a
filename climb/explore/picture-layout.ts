import type { Point } from './cluster-map.ts';
import type { ExploredClustering, FoundRow } from './exploration.ts';
import { labelPlaces, type Circle, type LabelPlace } from './label-places.ts';
import { plainText } from './markup.ts';
import { fittingTerms, textWidth } from './text-width.ts';

export type Frame = {
  readonly width: number;
  readonly height: number;
  /** Whether the map's longer axis runs from top to bottom. */
  readonly upright: boolean;
  readonly fontSize: number;
  /** Clusters that get a label, the largest; the others have their tip. */
  readonly mostLabels: number;
};

export type PictureLayout = {
  /** For each cluster of the row, in its order. */
  readonly clusters: readonly (Circle & { readonly text: string; readonly label: LabelPlace | null })[];
  /** For each K_init cluster that is kept. */
  readonly dots: readonly { readonly x: number; readonly y: number; readonly group: number }[];
  /** For each dropped K_init cluster, in the row's order. */
  readonly dropped: readonly Circle[];
};

/** Share of the picture that all circles together cover. */
const filled = 0.15;
const smallestRadius = 5;

/** The plane is a picture of distances, not a scale: so much wider may it be drawn than high. */
const mostStretch = 1.35;

/** Overlap of two circles, as a share of their radii, above which they are moved apart. */
const tolerated = 0.1;
const mostPushes = 80;
/** Looked at in all: a thousand circles are moved a few times only. */
const mostPairs = 4_000_000;

const margin = { x: 0.1, y: 0.09 };

/** Of a label, in ems; of one among many. */
const widestLabel = 15;
const widestOfMany = 11;
/** And as a share of the picture. */
const widestShare = 0.36;
const many = 24;

/**
 * Where everything of a row stands in a picture: merged clusters at the mean of their members, moved apart where they
 * would cover each other, area by documents; K_init clusters as dots at their own place.
 */
export function pictureLayout(row: FoundRow, { points, sizes }: ExploredClustering, frame: Frame): PictureLayout {
  const spots = fitted(points, frame);
  const documents = sizes.reduce((a, b) => a + b, 0);
  const radius = (n: number) =>
    Math.max(smallestRadius, Math.sqrt((filled * frame.width * frame.height * n) / documents / Math.PI));
  const middle = (group: number): Point => {
    const members = row.map.flatMap((to, initial) => (to === group ? [initial] : []));
    const weight = members.reduce((sum, initial) => sum + sizes[initial]!, 0);
    const mean = (axis: 0 | 1) =>
      members.reduce((sum, initial) => sum + sizes[initial]! * spots[initial]![axis], 0) / weight;
    return [mean(0), mean(1)];
  };
  const circles = apart(
    row.clusters.map(({ documents: n }, group) => {
      const [x, y] = middle(group);
      return { x, y, r: radius(n) };
    }),
    frame,
  );
  const dropped = row.dropped.map(({ initial, documents: n }) => {
    const [x, y] = spots[initial]!;
    return { x, y, r: radius(n) };
  });
  const dots = row.map.flatMap((group, initial) =>
    group === null ? [] : [{ x: spots[initial]![0], y: spots[initial]![1], group }],
  );
  const ems = row.clusters.length > many ? widestOfMany : widestLabel;
  const widest = Math.min(ems * frame.fontSize, widestShare * frame.width);
  const texts = row.clusters.map(({ terms, label }) =>
    fittingTerms(terms.length === 0 ? [plainText(label)] : terms.map(plainText), frame.fontSize, widest),
  );
  const boxes = texts
    .slice(0, frame.mostLabels)
    .map((text) => ({ width: textWidth(text, frame.fontSize) + 2, height: 2.35 * frame.fontSize }));
  const places = labelPlaces(circles, boxes, [...dots, ...dropped], frame);
  return {
    clusters: circles.map((circle, at) => ({ ...circle, text: texts[at]!, label: places[at] ?? null })),
    dots,
    dropped,
  };
}

/** The map inside the picture's margins. */
function fitted(points: readonly Point[], { width, height, upright }: Frame): Point[] {
  const laid = upright ? points.map(([x, y]): Point => [-y, x]) : points;
  const [xs, ys] = [laid.map(([x]) => x), laid.map(([, y]) => y)];
  const range = (values: readonly number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return { middle: (low + high) / 2, length: high - low };
  };
  const [x, y] = [range(xs), range(ys)];
  const room = { x: width * (1 - 2 * margin.x), y: height * (1 - 2 * margin.y) };
  const scales = [room.x / x.length, room.y / y.length];
  const scale = Math.min(...scales);
  if (!Number.isFinite(scale)) {
    // On a line, or in one place.
    const along = x.length > 0 ? room.x / x.length : 0;
    return laid.map(([px]) => [width / 2 + (px - x.middle) * along, height / 2]);
  }
  const [sx, sy] = scales.map((one) => Math.min(one, mostStretch * scale)) as [number, number];
  return laid.map(([px, py]) => [width / 2 + (px - x.middle) * sx, height / 2 + (py - y.middle) * sy]);
}

/** Circles that lie upon each other, moved apart in index order, the smaller ones more, never out of the picture. */
function apart(given: readonly Circle[], { width, height }: Frame): Circle[] {
  const circles = given.map((circle) => ({ ...circle }));
  const pushes = Math.min(mostPushes, Math.ceil(mostPairs / circles.length ** 2));
  for (let push = 0; push < pushes; push++) {
    let moved = false;
    for (let at = 1; at < circles.length; at++) {
      for (let other = 0; other < at; other++) moved = pushApart(circles[at]!, circles[other]!, at) || moved;
    }
    for (const circle of circles) {
      circle.x = Math.min(width - circle.r - 2, Math.max(circle.r + 2, circle.x));
      circle.y = Math.min(height - circle.r - 2, Math.max(circle.r + 2, circle.y));
    }
    if (!moved) break;
  }
  return circles;
}

/** @param at says in which direction circles of one centre part */
function pushApart(a: Movable, b: Movable, at: number): boolean {
  const [dx, dy] = [a.x - b.x, a.y - b.y];
  const wanted = (a.r + b.r) * (1 - tolerated);
  if (dx ** 2 + dy ** 2 >= (wanted - 0.5) ** 2) return false;
  const distance = Math.sqrt(dx ** 2 + dy ** 2);
  const [ux, uy] = distance > 0 ? [dx / distance, dy / distance] : [Math.cos(at), Math.sin(at)];
  const share = b.r / (a.r + b.r);
  a.x += ux * (wanted - distance) * share;
  a.y += uy * (wanted - distance) * share;
  b.x -= ux * (wanted - distance) * (1 - share);
  b.y -= uy * (wanted - distance) * (1 - share);
  return true;
}

type Movable = { x: number; y: number; readonly r: number };
