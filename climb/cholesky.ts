/** The lower triangular L of L·Lᵀ = A, row-major, `size` × `size`; what is above the diagonal is unused. */
export type Factor = { readonly size: number; readonly lower: Float64Array };

/** Added to the diagonal, relative to its mean, when rounding errors make a covariance lose its definiteness. */
const JITTERS = [0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4];

/**
 * Cholesky factor of a symmetric positive semi-definite matrix, row-major; only its lower triangle is read.
 * Where it is singular to rounding, such as rows repeated without noise, the least jitter that works is added.
 * @throws RangeError for a matrix that is not positive semi-definite, or holds NaN.
 */
export function cholesky(matrix: Float64Array, size: number): Factor {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i] as number;
  for (const jitter of JITTERS) {
    const lower = factorise(matrix, size, (jitter * trace) / size);
    if (lower !== undefined) return { size, lower };
  }
  throw new RangeError(`no Cholesky factor: a ${size} × ${size} matrix of mean diagonal ${trace / size} is not positive definite`);
}

function factorise(matrix: Float64Array, size: number, jitter: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (matrix[i * size + j] as number) + (i === j ? jitter : 0);
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      if (i === j && !(sum > 0)) return undefined;
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * size + j] as number);
    }
  }
  return lower;
}

/** Solves L·x = b in place. */
export function solveLower({ size, lower }: Factor, b: Float64Array): Float64Array {
  for (let i = 0; i < size; i++) {
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * size + k] as number) * (b[k] as number);
    b[i] = sum / (lower[i * size + i] as number);
  }
  return b;
}

/** Solves Lᵀ·x = b in place. */
export function solveUpper({ size, lower }: Factor, b: Float64Array): Float64Array {
  for (let i = size - 1; i >= 0; i--) {
    const solved = (b[i] as number) / (lower[i * size + i] as number);
    b[i] = solved;
    for (let k = 0; k < i; k++) b[k] = (b[k] as number) - (lower[i * size + k] as number) * solved;
  }
  return b;
}

/** Solves A·x = b for A = L·Lᵀ, in place. */
export function solve(factor: Factor, b: Float64Array): Float64Array {
  return solveUpper(factor, solveLower(factor, b));
}

/** A⁻¹ = L⁻ᵀ·L⁻¹, row-major and symmetric. */
export function inverse({ size, lower }: Factor): Float64Array {
  // Rows of L⁻ᵀ are columns of L⁻¹: contiguous, which makes the product below run at full speed.
  const rows = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    rows[j * size + j] = 1 / (lower[j * size + j] as number);
    for (let i = j + 1; i < size; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= (lower[i * size + k] as number) * (rows[j * size + k] as number);
      rows[j * size + i] = sum / (lower[i * size + i] as number);
    }
  }
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < size; k++) sum += (rows[i * size + k] as number) * (rows[j * size + k] as number);
      result[i * size + j] = sum;
      result[j * size + i] = sum;
    }
  }
  return result;
}

/** ln det A = 2 Σ ln Lᵢᵢ. */
export function logDeterminant({ size, lower }: Factor): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += 2 * Math.log(lower[i * size + i] as number);
  return sum;
}
