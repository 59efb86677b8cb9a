/**
 * The upper triangular U of Uᵀ·U = A, row-major, `size` × `size`; what is below the diagonal is unused. Every loop
 * here runs along rows of U and none accumulates into one number, which is what lets a processor overlap the steps.
 */
export type Factor = { readonly size: number; readonly upper: Float64Array };

/** Added to the diagonal, relative to its mean, when rounding errors make a covariance lose its definiteness. */
const JITTERS = [0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4];

/**
 * Cholesky factor of a symmetric positive semi-definite matrix, row-major; only its upper triangle is read.
 * Where it is singular to rounding, such as rows repeated without noise, the least jitter that works is added.
 * @throws RangeError for a matrix that is not positive semi-definite, or holds NaN.
 */
export function cholesky(matrix: Float64Array, size: number): Factor {
  const factor = tryCholesky(matrix, size);
  if (factor !== undefined) return factor;
  throw new RangeError(
    `a covariance must be positive semi-definite: got a ${size} × ${size} matrix of mean diagonal ${meanDiagonal(matrix, size)}, ` +
      `not so even with ${String(JITTERS.at(-1))} of that added; look for NaN or overflow in its kernel`,
  );
}

/** As `cholesky`, but undefined where there is no factor: for a search that may step where a kernel overflows. */
export function tryCholesky(matrix: Float64Array, size: number): Factor | undefined {
  const scale = meanDiagonal(matrix, size);
  for (const jitter of JITTERS) {
    const upper = factorise(matrix, size, jitter * scale);
    if (upper !== undefined) return { size, upper };
  }
  return undefined;
}

function meanDiagonal(matrix: Float64Array, size: number): number {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i] as number;
  return trace / size;
}

function factorise(matrix: Float64Array, size: number, jitter: number): Float64Array | undefined {
  const upper = Float64Array.from(matrix);
  for (let k = 0; k < size; k++) {
    const pivot = (upper[k * size + k] as number) + jitter;
    if (!(pivot > 0 && pivot < Infinity)) return undefined;
    const root = Math.sqrt(pivot);
    upper[k * size + k] = root;
    for (let j = k + 1; j < size; j++) upper[k * size + j] = (upper[k * size + j] as number) / root;
    for (let i = k + 1; i < size; i++)
      subtractRow(upper, i * size, upper, k * size, upper[k * size + i] as number, i, size);
  }
  return upper;
}

/** Solves Uᵀ·x = b in place: `b` whitened by the factor. */
export function solveTransposed({ size, upper }: Factor, b: Float64Array): Float64Array {
  for (let k = 0; k < size; k++) {
    const solved = (b[k] as number) / (upper[k * size + k] as number);
    b[k] = solved;
    subtractRow(b, 0, upper, k * size, solved, k + 1, size);
  }
  return b;
}

/** Uᵀ, row-major: what `solveSides` reads. */
export function lowerOf({ size, upper }: Factor): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) lower[j * size + i] = upper[i * size + j] as number;
  }
  return lower;
}

/**
 * Solves Uᵀ·X = B in place for four right sides, those of a row beside each other: each by the steps of
 * `solveTransposed`, so to the same bits, but in a third of the time.
 */
export function solveSides(lower: Float64Array, size: number, sides: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const own = i * 4;
    const row = i * size;
    let a = sides[own] as number;
    let b = sides[own + 1] as number;
    let c = sides[own + 2] as number;
    let d = sides[own + 3] as number;
    for (let k = 0, at = 0; k < i; k++, at += 4) {
      const factor = lower[row + k] as number;
      a -= factor * (sides[at] as number);
      b -= factor * (sides[at + 1] as number);
      c -= factor * (sides[at + 2] as number);
      d -= factor * (sides[at + 3] as number);
    }
    const pivot = lower[row + i] as number;
    sides[own] = a / pivot;
    sides[own + 1] = b / pivot;
    sides[own + 2] = c / pivot;
    sides[own + 3] = d / pivot;
  }
}

/** Solves A·x = b in place. */
export function solve(factor: Factor, b: Float64Array): Float64Array {
  const { size, upper } = factor;
  solveTransposed(factor, b);
  for (let i = size - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let k = i + 1; k < size; k++) sum -= (upper[i * size + k] as number) * (b[k] as number);
    b[i] = sum / (upper[i * size + i] as number);
  }
  return b;
}

/** A⁻¹ = MᵀM for M = U⁻ᵀ: row-major, both triangles. */
export function inverse({ size, upper }: Factor): Float64Array {
  const m = new Float64Array(size * size);
  for (let k = 0; k < size; k++) m[k * size + k] = 1;
  for (let k = 0; k < size; k++) {
    for (let j = 0; j <= k; j++) m[k * size + j] = (m[k * size + j] as number) / (upper[k * size + k] as number);
    for (let i = k + 1; i < size; i++) subtractRow(m, i * size, m, k * size, upper[k * size + i] as number, 0, k + 1);
  }
  const result = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let i = 0; i <= k; i++) subtractRow(result, i * size, m, k * size, -(m[k * size + i] as number), 0, i + 1);
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) result[j * size + i] = result[i * size + j] as number;
  }
  return result;
}

/** ln det A. */
export function logDeterminant({ size, upper }: Factor): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += 2 * Math.log(upper[i * size + i] as number);
  return sum;
}

/** target[row + j] -= factor · source[other + j] for j in [from, to). */
function subtractRow(
  target: Float64Array,
  row: number,
  source: Float64Array,
  other: number,
  factor: number,
  from: number,
  to: number,
): void {
  for (let j = from; j < to; j++)
    target[row + j] = (target[row + j] as number) - factor * (source[other + j] as number);
}
