/**
 * Uniform on (0, 1): a function of `seed` and `at` alone, whatever was drawn before (two rounds of splitmix32's mixing).
 *
 * @param {number} seed
 * @param {number} at
 */
export function uniform(seed, at) {
  let z = (Math.imul(seed, 0x9e3779b9) + Math.imul(at + 1, 0x85ebca6b)) | 0;
  for (let round = 0; round < 2; round++) {
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    z ^= z >>> 15;
  }
  return ((z >>> 0) + 0.5) / 2 ** 32;
}

/**
 * Standard normal (Box–Muller).
 *
 * @param {number} seed
 * @param {number} at
 */
export function normal(seed, at) {
  return Math.sqrt(-2 * Math.log(uniform(seed, 2 * at))) * Math.cos(2 * Math.PI * uniform(seed, 2 * at + 1));
}

/**
 * So many positive numbers that sum to 1, of unequal size as natural proportions are.
 *
 * @param {number} count
 * @param {number} seed
 */
export function unequalShares(count, seed) {
  const sizes = Array.from({ length: count }, (_, at) => Math.exp(1.2 * normal(seed, at)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => size / total);
}

/**
 * @param {readonly number[]} weights
 * @param {(weight: number, domain: number) => number} term
 */
export function sum(weights, term) {
  return weights.reduce((total, weight, domain) => total + term(weight, domain), 0);
}

/**
 * The number there: every index of a world's law is within its lists.
 *
 * @param {readonly number[] | undefined} values
 * @param {number} index
 */
export function at(values, index) {
  return /** @type {number} */ (values?.[index]);
}
