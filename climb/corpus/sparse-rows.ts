/** A sparse matrix by rows (CSR): row i holds `columns` and `values` from offsets[i] to offsets[i + 1]. */
export type SparseRows = {
  readonly columnCount: number;
  /** One more than there are rows. */
  readonly offsets: Uint32Array;
  readonly columns: Uint16Array;
  readonly values: Float32Array;
};

/** The rows of all parts, in their order. */
export function stackRows(parts: readonly SparseRows[], columnCount: number): SparseRows {
  const rows = parts.reduce((sum, part) => sum + part.offsets.length - 1, 0);
  const entries = parts.reduce((sum, part) => sum + part.columns.length, 0);
  const offsets = new Uint32Array(rows + 1);
  const columns = new Uint16Array(entries);
  const values = new Float32Array(entries);
  let row = 0;
  let entry = 0;
  for (const part of parts) {
    columns.set(part.columns, entry);
    values.set(part.values, entry);
    for (let i = 1; i < part.offsets.length; i++) offsets[row + i] = entry + (part.offsets[i] as number);
    row += part.offsets.length - 1;
    entry += part.columns.length;
  }
  return { columnCount, offsets, columns, values };
}

/**
 * A·X.
 * @param x row-major, `columnCount` × `width`
 * @returns row-major, rows of A × `width`
 */
export function timesDense(a: SparseRows, x: Float32Array, width: number): Float32Array {
  const { offsets, columns, values } = a;
  const rows = offsets.length - 1;
  const product = new Float32Array(rows * width);
  const sum = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    sum.fill(0);
    for (let entry = offsets[row]!, end = offsets[row + 1]!; entry < end; entry++) {
      const value = values[entry]!;
      const from = columns[entry]! * width;
      for (let j = 0; j < width; j++) sum[j]! += value * x[from + j]!;
    }
    product.set(sum, row * width);
  }
  return product;
}

/**
 * Aᵀ·Y.
 * @param y row-major, rows of A × `width`
 * @returns row-major, `columnCount` × `width`
 */
export function transposeTimesDense(a: SparseRows, y: Float32Array, width: number): Float32Array {
  const { offsets, columns, values } = a;
  const rows = offsets.length - 1;
  const product = new Float32Array(a.columnCount * width);
  for (let row = 0; row < rows; row++) {
    const from = row * width;
    for (let entry = offsets[row]!, end = offsets[row + 1]!; entry < end; entry++) {
      const value = values[entry]!;
      const to = columns[entry]! * width;
      for (let j = 0; j < width; j++) product[to + j]! += value * y[from + j]!;
    }
  }
  return product;
}
