import { expect, test } from '@jest/globals';
import { labelPlaces, type Box } from '../../../climb/explore/label-places.ts';
import { stream } from '../../../climb/random.ts';

const picture = { width: 800, height: 500 };

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test.each([8, 40, 300])('labels of %i circles cover no other label and stay in the picture', (n) => {
  const draws = stream(n, ['circles']);
  const circles = Array.from({ length: n }, () => ({
    x: 800 * draws.uniform(),
    y: 500 * draws.uniform(),
    r: 4 + (30 * draws.uniform()) / Math.sqrt(n / 8),
  }));
  const labels = circles.map(() => ({ width: 60 + 80 * draws.uniform(), height: 28 }));
  const places = labelPlaces(circles, labels, [], picture);
  const placed = places.filter((place) => place !== null);
  expect(placed.length).toBeGreaterThanOrEqual(Math.min(n, 8) - 1);
  for (const [at, place] of placed.entries()) {
    expect(placed.slice(0, at).some((other) => overlap(place, other))).toBe(false);
    expect(place.x >= 0 && place.y >= 0 && place.x + place.width <= 800 && place.y + place.height <= 500).toBe(true);
  }
  expect(labelPlaces(circles, labels, [], picture)).toEqual(places);
});

test('in the middle of a circle with room, to the right of one without, elsewhere where that is taken', () => {
  const label = { width: 60, height: 20 };
  const at = (circles: { x: number; y: number; r: number }[], dots: { x: number; y: number }[] = []) =>
    labelPlaces(circles, [label], dots, picture)[0];
  expect(at([{ x: 400, y: 250, r: 50 }])).toMatchObject({ x: 370, y: 240, gap: 0 });
  expect(at([{ x: 400, y: 250, r: 10 }])).toMatchObject({ x: 414, y: 240, gap: 0 });
  expect(at([{ x: 790, y: 250, r: 8 }])).toMatchObject({ x: 718 });
  const blocked = at([
    { x: 400, y: 250, r: 10 },
    { x: 450, y: 250, r: 30 },
  ]);
  expect(blocked).toMatchObject({ x: 326 });
  expect(at([{ x: 400, y: 250, r: 10 }], [{ x: 440, y: 250 }])).toMatchObject({ x: 326 });
});

test('no label where the picture has no room for it', () => {
  expect(labelPlaces([{ x: 20, y: 20, r: 5 }], [{ width: 60, height: 20 }], [], { width: 40, height: 40 })).toEqual([
    null,
  ]);
});
