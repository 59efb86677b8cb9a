export type Circle = { readonly x: number; readonly y: number; readonly r: number };
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Gaps between a circle and its label that are tried, in pixels; from the second on a line joins them. */
const gaps = [4, 18, 36, 60];

/** Directions that are tried, in order of preference: right, left, below, above, and between them. */
const directions = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, -0.7],
  [1, 0.7],
  [-1, -0.7],
  [-1, 0.7],
  [0.5, 1],
  [0.5, -1],
  [-0.5, 1],
  [-0.5, -1],
] as const;

/** What it costs to stand one gap farther off, and to cover a dot; to cover a circle's centre costs 1. */
const gapCost = 0.3;
const dotCost = 0.06;

/** How much a place may cost: beyond it a circle is better off without a label. */
const dearest = 1.5;

export type LabelPlace = Box & {
  /** Number of the gap: from 1 on the label stands so far off that a line must join it to its circle. */
  readonly gap: number;
};

/**
 * Places for labels so that none covers another or leaves the picture: one after the other in the order given, each
 * where it covers the least of other circles and dots.
 * @param labels sizes of the labels of the first circles
 * @param dots small marks that a label should leave visible
 * @returns null for a label that has no place
 */
export function labelPlaces(
  circles: readonly Circle[],
  labels: readonly { readonly width: number; readonly height: number }[],
  dots: readonly { readonly x: number; readonly y: number }[],
  picture: { readonly width: number; readonly height: number },
): (LabelPlace | null)[] {
  const placed: Box[] = [];
  return labels.map((label, at) => {
    const circle = circles[at]!;
    const others = circles.filter((_, other) => other !== at);
    let best: { place: LabelPlace; cost: number } | undefined;
    for (const place of candidates(circle, label)) {
      const distance = gapCost * place.gap;
      // They come by growing distance.
      if (best !== undefined && best.cost <= distance) break;
      if (!inside(place, picture) || placed.some((box) => overlapping(box, place))) continue;
      const cost =
        distance +
        others.reduce((sum, other) => sum + covered(other, place), 0) +
        dotCost * dots.filter((dot) => within(dot, place)).length;
      if (best !== undefined && cost >= best.cost - 1e-9) continue;
      if (place.gap > 0 && placed.some((box) => crossing(circle, place, box))) continue;
      best = { place, cost };
    }
    if (best === undefined || best.cost > dearest) return null;
    placed.push(best.place);
    return best.place;
  });
}

function* candidates({ x, y, r }: Circle, { width, height }: { width: number; height: number }): Iterable<LabelPlace> {
  // In its middle, where there is room.
  if (Math.hypot(width, height) < 2 * r) yield { x: x - width / 2, y: y - height / 2, width, height, gap: 0 };
  for (const [gap, distance] of gaps.entries()) {
    for (const [dx, dy] of directions) {
      const length = Math.hypot(dx, dy);
      const [px, py] = [x + ((r + distance) * dx) / length, y + ((r + distance) * dy) / length];
      // The label touches that point with the side or corner that faces the circle.
      const left = px + ((Math.sign(dx) * Math.min(1, Math.abs(dx) * 2) - 1) / 2) * width;
      const top = py + ((Math.abs(dy) < 0.5 ? 0 : Math.sign(dy)) - 1) * (height / 2);
      yield { x: left, y: top, width, height, gap };
    }
  }
}

const inside = (box: Box, picture: { width: number; height: number }) =>
  box.x >= 2 && box.y >= 2 && box.x + box.width <= picture.width - 2 && box.y + box.height <= picture.height - 2;

const overlapping = (a: Box, b: Box) =>
  a.x < b.x + b.width + 3 && b.x < a.x + a.width + 3 && a.y < b.y + b.height && b.y < a.y + a.height;

/** Whether the line from a circle to the middle of its label runs through another label. */
function crossing(from: Circle, to: Box, box: Box): boolean {
  const between = (start: number, length: number, low: number, high: number) => {
    const [a, b] = [(low - start) / length, (high - start) / length];
    return length === 0 ? (start > low && start < high ? [0, 1] : [1, 0]) : [Math.min(a, b), Math.max(a, b)];
  };
  const [x0 = 0, x1 = 0] = between(from.x, to.x + to.width / 2 - from.x, box.x, box.x + box.width);
  const [y0 = 0, y1 = 0] = between(from.y, to.y + to.height / 2 - from.y, box.y, box.y + box.height);
  return Math.max(x0, y0, 0) < Math.min(x1, y1, 1);
}

const within = ({ x, y }: { x: number; y: number }, box: Box) =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

/** How far a box reaches into a circle: 0 where it doesn't, 1 at its centre. */
function covered({ x, y, r }: Circle, box: Box): number {
  const dx = Math.max(box.x - x, 0, x - box.x - box.width);
  const dy = Math.max(box.y - y, 0, y - box.y - box.height);
  return Math.max(0, 1 - Math.hypot(dx, dy) / r);
}
