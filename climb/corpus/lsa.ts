import { stream } from '../random.ts';
import { rightSingularVectors } from './randomised-svd.ts';
import { timesDense, type SparseRows } from './sparse-rows.ts';

/** Latent semantic analysis fitted on a sample: what turns a text's word counts into a vector. */
export type LsaModel = {
  /** Length of a vector: what was asked for, or less where the sample's rank is lower. */
  readonly dimensions: number;
  /** Inverse document frequency of each feature, natural log; 0 for features that the sample doesn't have. */
  readonly idf: Float32Array;
  /** Row-major, features × dimensions: the strongest right singular vectors of the weighted sample. */
  readonly projection: Float32Array;
};

/** Documents the model is fitted on, at most: more cost time and change no direction that matters. */
export const fitLimit = 20_000;

/**
 * TF-IDF and truncated SVD (Deerwester et al. 1990), as scikit-learn's TfidfVectorizer(sublinear_tf=True) and
 * TruncatedSVD do it, with hashed features.
 * @param counts word counts of the sample, one row a document (`countFeatures`)
 * @param progress called with the share that is done, 0 … 1
 */
export function fitLsa(
  { counts, dimensions, seed }: { counts: SparseRows; dimensions: number; seed: number },
  progress: (done: number) => void = () => {},
): LsaModel {
  const idf = inverseDocumentFrequency(counts);
  const { dense, features } = withoutEmptyColumns(weighted(counts, idf));
  const powerIterations = 2;
  const { vectors, rank } = rightSingularVectors(
    dense,
    { rank: dimensions, powerIterations, draws: stream(seed, ['embed', 'svd']) },
    (done) => progress(done / (2 * powerIterations + 1)),
  );
  const projection = new Float32Array(counts.columnCount * rank);
  features.forEach((feature, at) => projection.set(vectors.subarray(at * rank, (at + 1) * rank), feature * rank));
  return { dimensions: rank, idf, projection };
}

/**
 * @returns row-major, documents × dimensions, each of unit length; zeros for a document without a known word
 */
export function projectLsa(counts: SparseRows, model: LsaModel): Float32Array {
  const { dimensions } = model;
  const vectors = timesDense(weighted(counts, model.idf), model.projection, dimensions);
  for (let from = 0; from < vectors.length; from += dimensions) {
    const vector = vectors.subarray(from, from + dimensions);
    const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    if (length > 0) for (let j = 0; j < dimensions; j++) vector[j]! /= length;
  }
  return vectors;
}

/** Features of fewer documents tie no group of documents together: left out, clusters get better and the fit faster. */
const rarest = 3;

/** Smoothed as if one more document held every feature; in a sample too small to call anything rare, all count. */
function inverseDocumentFrequency(counts: SparseRows): Float32Array {
  const documents = counts.offsets.length - 1;
  const least = documents < 100 ? 1 : rarest;
  return Float32Array.from(columnFrequency(counts), (n) => (n < least ? 0 : Math.log((1 + documents) / (1 + n)) + 1));
}

/** (1 + log count) × idf, each row scaled to unit length; features without weight are left out. */
function weighted(counts: SparseRows, idf: Float32Array): SparseRows {
  const rows = counts.offsets.length - 1;
  const offsets = new Uint32Array(rows + 1);
  const columns = new Uint16Array(counts.columns.length);
  const values = new Float32Array(counts.values.length);
  let used = 0;
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let entry = counts.offsets[row]!; entry < counts.offsets[row + 1]!; entry++) {
      const value = (1 + Math.log(counts.values[entry]!)) * idf[counts.columns[entry]!]!;
      if (value === 0) continue;
      columns[used] = counts.columns[entry]!;
      values[used++] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let entry = offsets[row]!; entry < used; entry++) values[entry]! /= length;
    offsets[row + 1] = used;
  }
  return { ...counts, offsets, columns: columns.subarray(0, used), values: values.subarray(0, used) };
}

/**
 * The same rows over the features that occur, frequent ones first: what is used most lies together and stays in cache.
 * @returns `features`, what each new column was
 */
function withoutEmptyColumns(rows: SparseRows): { dense: SparseRows; features: number[] } {
  const frequency = columnFrequency(rows);
  const features = [...frequency.keys()].filter((feature) => frequency[feature]! > 0);
  features.sort((a, b) => frequency[b]! - frequency[a]!);
  const renamed = new Uint16Array(rows.columnCount);
  features.forEach((feature, at) => (renamed[feature] = at));
  return {
    dense: { ...rows, columnCount: features.length, columns: rows.columns.map((feature) => renamed[feature]!) },
    features,
  };
}

/** How many rows hold each column. */
function columnFrequency({ columns, columnCount }: SparseRows): Uint32Array {
  const frequency = new Uint32Array(columnCount);
  for (const column of columns) frequency[column]!++;
  return frequency;
}
