import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Directions weaker than this, relative to the strongest, are float32 rounding and not data. */
const smallestRatio = 1e-6;

/**
 * YᵀY in float64.
 * @param y row-major, rows × width
 * @returns row-major, width × width, symmetric
 */
export function gram(y: Float32Array, width: number): Float64Array {
  const product = new Float64Array(width * width);
  // Four rows at a time: one load and store of the product for four multiplications.
  const whole = y.length - (y.length % (4 * width));
  for (let r0 = 0; r0 < whole; r0 += 4 * width) {
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    for (let i = 0; i < width; i++) {
      const a0 = y[r0 + i]!;
      const a1 = y[r1 + i]!;
      const a2 = y[r2 + i]!;
      const a3 = y[r3 + i]!;
      const to = i * width;
      for (let j = i; j < width; j++)
        product[to + j]! += a0 * y[r0 + j]! + a1 * y[r1 + j]! + a2 * y[r2 + j]! + a3 * y[r3 + j]!;
    }
  }
  for (let from = whole; from < y.length; from += width) {
    for (let i = 0; i < width; i++)
      for (let j = i; j < width; j++) product[i * width + j]! += y[from + i]! * y[from + j]!;
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) product[i * width + j] = product[j * width + i]!;
  return product;
}

/**
 * Y·M.
 * @param y row-major, rows × `inner`
 * @param m row-major, `inner` × `width`
 */
export function timesSmall(y: Float32Array, inner: number, m: Float64Array, width: number): Float32Array {
  const rows = y.length / inner;
  const product = new Float32Array(rows * width);
  const sum = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    sum.fill(0);
    let i = 0;
    // Four at a time, for the same reason.
    for (; i + 4 <= inner; i += 4) {
      const at = row * inner + i;
      const a0 = y[at]!;
      const a1 = y[at + 1]!;
      const a2 = y[at + 2]!;
      const a3 = y[at + 3]!;
      const m0 = i * width;
      const m1 = m0 + width;
      const m2 = m1 + width;
      const m3 = m2 + width;
      for (let j = 0; j < width; j++) sum[j]! += a0 * m[m0 + j]! + a1 * m[m1 + j]! + a2 * m[m2 + j]! + a3 * m[m3 + j]!;
    }
    for (; i < inner; i++) {
      const value = y[row * inner + i]!;
      for (let j = 0; j < width; j++) sum[j]! += value * m[i * width + j]!;
    }
    product.set(sum, row * width);
  }
  return product;
}

/**
 * The left singular vectors of a tall matrix, strongest first, by way of its Gram matrix; a matrix of lower rank has
 * fewer. One routine serves as orthonormalisation and as the last step of an SVD.
 * @param y row-major, rows × width
 * @param limit at most this many
 * @returns `basis` row-major, rows × rank, orthonormal columns; `singular` values, descending
 */
export function leftSingularVectors(
  y: Float32Array,
  width: number,
  limit: number,
): { basis: Float32Array; rank: number; singular: number[] } {
  if (width === 0) return { basis: new Float32Array(0), rank: 0, singular: [] };
  const matrix = Matrix.from1DArray(width, width, gram(y, width));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const floor = realEigenvalues[order[0]!]! * smallestRatio ** 2;
  const kept = order.filter((i) => realEigenvalues[i]! > floor).slice(0, limit);
  const singular = kept.map((i) => Math.sqrt(realEigenvalues[i]!));
  const turn = new Float64Array(width * kept.length);
  for (let i = 0; i < width; i++)
    kept.forEach((column, j) => (turn[i * kept.length + j] = eigenvectorMatrix.get(i, column) / singular[j]!));
  return { basis: timesSmall(y, width, turn, kept.length), rank: kept.length, singular };
}
