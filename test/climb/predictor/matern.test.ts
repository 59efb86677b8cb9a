import { expect, test } from '@jest/globals';
import {
  kernelCoordinates,
  matern,
  maternSlope,
  SIDES,
  squaredDistance,
  squaredDistances,
} from '../../../climb/predictor/matern.ts';

// Recorded from scikit-learn 1.9.1, Matern(nu=2.5).
test.each([
  [0, 1],
  [0.5, 0.8286491424181255],
  [1, 0.5239941088318203],
  [3, 0.027723421914625807],
])('correlation at distance %p', (distance, expected) => {
  expect(matern(distance ** 2)).toBeCloseTo(expected, 14);
});

test('the slope is minus twice the derivative by the squared distance', () => {
  for (const square of [0.1, 0.7, 2, 9]) {
    const step = 1e-5;
    expect(maternSlope(square)).toBeCloseTo(-(matern(square + step) - matern(square - step)) / step, 8);
  }
});

test('distances are between scaled roots of weights', () => {
  const coordinates = kernelCoordinates(
    [
      [0.25, 0.75],
      [1, 0],
    ],
    [0.5, 2],
  );
  expect(squaredDistance(coordinates, 0, coordinates, 1, 2)).toBeCloseTo(((1 - 0.5) / 0.5) ** 2 + 0.75 / 4, 14);
});

test('four distances at once are the same to the bit, and rows beyond the mixtures are zeros', () => {
  const mixtures = [0.1, 0.3, 0.7].map((weight) => [weight, 1 - weight, 0]);
  const lengthScales = [0.7, 1.3, 0.3];
  const coordinates = kernelCoordinates(mixtures, lengthScales, SIDES);
  const four = new Float64Array(SIDES);
  squaredDistances(coordinates, 0, coordinates, 1, 3, four);
  expect([...four]).toEqual([0, 1, 2, 3].map((row) => squaredDistance(coordinates, row, coordinates, 1, 3)));
  expect([...coordinates.subarray(9)]).toEqual([0, 0, 0]);
});
