import type { Mixture } from '../mixture/mixture.ts';

/** Mixtures at once: a row of probabilities is read once for all of them. */
const LANES = 4;
/** A product this small goes into the logarithm: its next factor is 1e-51 or more, and a double reaches 1e-308. */
const SMALL = 1e-200;

/**
 * Σ over rows of ln(Σ_c w_c p_c) for each mixture, in nats. One logarithm for as many rows as a product holds.
 * @param rows row-major, tokens × clusters
 */
export function logLikelihoods(rows: Float32Array, clusters: number, mixtures: readonly Mixture[]): number[] {
  const nats: number[] = [];
  const weights = new Float64Array(LANES * clusters);
  for (let first = 0; first < mixtures.length; first += LANES) {
    for (let lane = 0; lane < LANES; lane++) {
      const mixture = mixtures[Math.min(first + lane, mixtures.length - 1)] as Mixture;
      for (let c = 0; c < clusters; c++) weights[LANES * c + lane] = mixture[c] as number;
    }
    nats.push(...fourLogLikelihoods(rows, weights));
  }
  return nats.slice(0, mixtures.length);
}

/** @param weights clusters × lanes */
function fourLogLikelihoods(rows: Float32Array, weights: Float64Array): [number, number, number, number] {
  // prettier-ignore
  let n0 = 0, n1 = 0, n2 = 0, n3 = 0;
  // prettier-ignore
  let p0 = 1, p1 = 1, p2 = 1, p3 = 1;
  for (let at = 0; at < rows.length;) {
    // prettier-ignore
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let w = 0; w < weights.length; w += LANES, at++) {
      const p = rows[at]!;
      s0 += weights[w]! * p;
      s1 += weights[w + 1]! * p;
      s2 += weights[w + 2]! * p;
      s3 += weights[w + 3]! * p;
    }
    p0 *= s0;
    p1 *= s1;
    p2 *= s2;
    p3 *= s3;
    // Each by itself: what a mixture scores must not depend on those beside it, to the last bit.
    if (p0 < SMALL) [n0, p0] = [n0 + Math.log(p0), 1];
    if (p1 < SMALL) [n1, p1] = [n1 + Math.log(p1), 1];
    if (p2 < SMALL) [n2, p2] = [n2 + Math.log(p2), 1];
    if (p3 < SMALL) [n3, p3] = [n3 + Math.log(p3), 1];
  }
  return [n0 + Math.log(p0), n1 + Math.log(p1), n2 + Math.log(p2), n3 + Math.log(p3)];
}

/** The same for one mixture, with its gradient: Σ over rows of p_c / Σ_d w_d p_d, in nats a unit of weight. */
export function likelihoodGradient(
  rows: Float32Array,
  mixture: Mixture,
): { readonly nats: number; readonly gradient: Float64Array } {
  const weights = Float64Array.from(mixture);
  const clusters = weights.length;
  const gradient = new Float64Array(clusters);
  let nats = 0;
  let product = 1;
  for (let row = 0; row < rows.length; row += clusters) {
    let sum = 0;
    for (let c = 0; c < clusters; c++) sum += weights[c]! * rows[row + c]!;
    const inverse = 1 / sum;
    for (let c = 0; c < clusters; c++) gradient[c]! += rows[row + c]! * inverse;
    product *= sum;
    if (product < SMALL) {
      nats += Math.log(product);
      product = 1;
    }
  }
  return { nats: nats + Math.log(product), gradient };
}
