import type { Stream } from '../random.ts';

/**
 * One draw of a Dirichlet distribution: weights that sum to 1, before quantising. Gamma draws stay in logs and are
 * normalised by a softmax: with shapes near 1e-3 every draw of a linear-space sampler underflows to 0 and the weights
 * to NaN. A shape of 0 gives a weight of exactly 0.
 *
 * @param shapes one per cluster, >= 0, at least one positive. Their sum is the concentration.
 * @throws RangeError for a negative or non-finite shape, or none above 0.
 */
export function dirichlet(shapes: readonly number[], draws: Stream): number[] {
  if (!shapes.some((shape) => shape > 0) || !shapes.every((shape) => shape >= 0 && shape < Infinity)) {
    throw new RangeError(`a Dirichlet draw needs finite shapes >= 0, at least one above 0: got [${shapes.join(', ')}]`);
  }
  const logs = shapes.map((shape) => (shape === 0 ? -Infinity : logGamma(shape, draws)));
  const largest = Math.max(...logs);
  const masses = logs.map((log) => Math.exp(log - largest));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}

/**
 * The logarithm of a Gamma(shape, 1) draw (Marsaglia and Tsang 2000). For shapes under 1 it uses
 * Gamma(shape) = Gamma(shape + 1) * U^(1 / shape), whose logarithm never underflows.
 */
function logGamma(shape: number, draws: Stream): number {
  if (shape < 1) return logGamma(shape + 1, draws) + Math.log(1 - draws.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = draws.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - draws.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) {
      return Math.log(d) + Math.log(v);
    }
  }
}
