/**
 * The t for which a Student-t variable with `degrees` degrees of freedom is below it with probability `probability`.
 * For whole degrees of freedom the distribution is a finite sum (Abramowitz and Stegun 26.7.3 and 26.7.4), inverted
 * here by bisection on its angle.
 *
 * @param probability in (0, 1)
 * @param degrees     a whole number >= 1
 * @throws RangeError outside these.
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1) || !(Number.isInteger(degrees) && degrees >= 1)) {
    throw new RangeError(
      `a Student-t quantile needs a probability in (0, 1) and whole degrees of freedom >= 1: got ${probability} and ${degrees}`,
    );
  }
  const central = Math.abs(2 * probability - 1);
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, degrees) < central) low = middle;
    else high = middle;
  }
  return Math.sign(probability - 0.5) * Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/** P(|T| < t) at the angle atan(t / √degrees). */
function centralProbability(angle: number, degrees: number): number {
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
