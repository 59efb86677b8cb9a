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

/** How much a place may cost: beyond it a circle is better off without a label. */
const dearest = 1.5;

export type LabelPlace = Box & {
  /** Number of the gap: from 1 on the label stands so far off that a line must join it to its circle. */
  readonly gap: number;
};

/**
 * Places for labels so that none covers another or leaves the picture: one after the other in the order given, each
 * where it covers the least of other circles and dots.
 * @param labels for each circle the size of its label
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
  return circles.map((circle, at) => {
    const others = circles.filter((_, other) => other !== at);
    let best: { place: LabelPlace; cost: number } | undefined;
    for (const place of candidates(circle, labels[at]!)) {
      if (!inside(place, picture) || placed.some((box) => overlapping(box, place))) continue;
      const cost =
        0.3 * place.gap +
        others.reduce((sum, other) => sum + covered(other, place), 0) +
        0.06 * dots.filter((dot) => within(dot, place)).length;
      if (best === undefined || cost < best.cost - 1e-9) best = { place, cost };
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

const within = ({ x, y }: { x: number; y: number }, box: Box) =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

/** How far a box reaches into a circle: 0 where it doesn't, 1 at its centre. */
function covered({ x, y, r }: Circle, box: Box): number {
  const dx = Math.max(box.x - x, 0, x - box.x - box.width);
  const dy = Math.max(box.y - y, 0, y - box.y - box.height);
  return Math.max(0, 1 - Math.hypot(dx, dy) / r);
}
