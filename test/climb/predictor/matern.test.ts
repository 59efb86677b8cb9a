import { expect, test } from '@jest/globals';
import { kernelCoordinates, matern, maternSlope, squaredDistance } from '../../../climb/predictor/matern.ts';

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
