const ROOT5 = Math.sqrt(5);

/** Rows that `squaredDistances` measures at once. */
export const SIDES = 4;

/**
 * The Matérn-5/2 correlation at a squared scaled distance r² (Rasmussen and Williams 2006, 4.17): twice
 * differentiable, so less smooth than the Gaussian, which suits losses.
 */
export function matern(squaredDistance: number): number {
  const r = ROOT5 * Math.sqrt(squaredDistance);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

/** Minus twice the derivative of `matern` by r²: what the gradient by a length scale multiplies. */
export function maternSlope(squaredDistance: number): number {
  const r = ROOT5 * Math.sqrt(squaredDistance);
  return (5 / 3) * (1 + r) * Math.exp(-r);
}

/**
 * Coordinates of mixtures in the kernel's space, row-major: √weight / length scale. In √weight the distance is
 * Hellinger's: the step from 0 to 1 % counts as much as that from 25 to 36 %, as data does.
 *
 * @param rows more than there are mixtures are zeros
 */
export function kernelCoordinates(
  mixtures: readonly (readonly number[])[],
  lengthScales: readonly number[],
  rows: number = mixtures.length,
): Float64Array {
  const dimensions = lengthScales.length;
  const coordinates = new Float64Array(rows * dimensions);
  mixtures.forEach((mixture, row) => {
    for (let j = 0; j < dimensions; j++) {
      coordinates[row * dimensions + j] = Math.sqrt(mixture[j] as number) / (lengthScales[j] as number);
    }
  });
  return coordinates;
}

/** The squared distance between row `i` of `a` and row `j` of `b`. */
export function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, dimensions: number): number {
  let sum = 0;
  const from = i * dimensions;
  const to = j * dimensions;
  for (let k = 0; k < dimensions; k++) {
    const difference = (a[from + k] as number) - (b[to + k] as number);
    sum += difference * difference;
  }
  return sum;
}

/** As `squaredDistance` of rows `i` to `i + 3` of `a`, to the same bits: four sums at once wait less for each other. */
export function squaredDistances(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  dimensions: number,
  into: Float64Array,
): void {
  const first = i * dimensions;
  const second = first + dimensions;
  const third = second + dimensions;
  const fourth = third + dimensions;
  const to = j * dimensions;
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  for (let k = 0; k < dimensions; k++) {
    const place = b[to + k] as number;
    const p = (a[first + k] as number) - place;
    const q = (a[second + k] as number) - place;
    const r = (a[third + k] as number) - place;
    const s = (a[fourth + k] as number) - place;
    one += p * p;
    two += q * q;
    three += r * r;
    four += s * s;
  }
  into[0] = one;
  into[1] = two;
  into[2] = three;
  into[3] = four;
}
