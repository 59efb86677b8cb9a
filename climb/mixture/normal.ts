const LOG_ROOT_2PI = Math.log(2 * Math.PI) / 2;
/** Where the series has lost too many digits and the continued fraction converges. */
const TAIL = -3;
/** Enough terms for full precision from |z| = 3 on. */
const TERMS = 100;

/** ln φ(z), the log density of the standard normal. */
function logNormalDensity(z: number): number {
  return -0.5 * z * z - LOG_ROOT_2PI;
}

/** φ(z), the density of the standard normal. */
export function normalDensity(z: number): number {
  return Math.exp(logNormalDensity(z));
}

/** Φ(z), the distribution function of the standard normal, to about 1e-13 relative error in the lower tail. */
export function normalCumulative(z: number): number {
  if (z > -TAIL) return 1 - normalCumulative(-z);
  if (z < TAIL) return normalDensity(z) / (tailFraction(-z) - z);
  // Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + …) (Marsaglia 2004).
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + normalDensity(z) * sum;
}

/**
 * ln(φ(z) + z·Φ(z)): the log of the expected amount by which a standard normal exceeds -z. Finite for every finite z:
 * in the lower tail the two terms cancel, so that there it is computed from their ratio.
 */
export function logNormalExcess(z: number): number {
  if (z >= TAIL) return Math.log(normalDensity(z) + z * normalCumulative(z));
  const fraction = tailFraction(-z);
  return logNormalDensity(z) + Math.log(fraction / (fraction - z));
}

/** 1/(x + 2/(x + 3/(x + …))), x >= 3: the normal's upper tail is φ(x) / (x + this) (Laplace's continued fraction). */
function tailFraction(x: number): number {
  let fraction = 0;
  for (let k = TERMS; k >= 1; k--) fraction = k / (x + fraction);
  return fraction;
}
