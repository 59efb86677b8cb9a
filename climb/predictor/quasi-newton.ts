/** A smooth function: writes its gradient at `point` into `gradient` and answers its value (Infinity where undefined). */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export type Limits = { readonly tolerance: number; readonly maxIterations: number; readonly maxStep: number };

export type Minimum = { readonly point: Float64Array; readonly value: number; readonly iterations: number };

/** Steps remembered: enough curvature for tens of parameters. */
const MEMORY = 10;
/** Sufficient decrease (Nocedal and Wright 2006, 3.4). */
const ARMIJO = 1e-4;
const HALVINGS = 30;

/**
 * L-BFGS (Nocedal and Wright 2006, algorithm 7.4) with a backtracking line search. Deterministic: the same objective
 * and start give the same bits. Stops when the largest gradient component is under `tolerance`, when no step along
 * the search direction lowers the value, or after `maxIterations`. No coordinate moves by more than `maxStep` at
 * once: where parameters are logarithms, a long first guess of the curvature would leap to where they overflow.
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-4, maxIterations = 100, maxStep = Infinity }: Partial<Limits> = {},
): Minimum {
  let point = Float64Array.from(start);
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  const history: { step: Float64Array; change: Float64Array; curvature: number }[] = [];
  let iterations = 0;
  while (iterations < maxIterations && gradient.some((g) => Math.abs(g) > tolerance)) {
    const direction = descent(gradient, history);
    const slope = dot(direction, gradient);
    const longest = direction.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    let size = Math.min(history.length > 0 ? 1 : 1 / Math.sqrt(dot(gradient, gradient)), 1, maxStep / longest);
    const nextGradient = new Float64Array(point.length);
    let next = point;
    let nextValue = Infinity;
    for (let halving = 0; halving < HALVINGS; halving++, size /= 2) {
      next = point.map((x, i) => x + size * (direction[i] as number));
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + ARMIJO * size * slope) break;
    }
    if (!(nextValue < value)) break;
    const step = next.map((x, i) => x - (point[i] as number));
    const change = nextGradient.map((g, i) => g - (gradient[i] as number));
    const curvature = dot(step, change);
    // Without positive curvature the approximate Hessian would stop being positive definite.
    if (curvature > 1e-12 * dot(change, change)) history.push({ step, change, curvature });
    if (history.length > MEMORY) history.shift();
    point = next;
    value = nextValue;
    gradient = nextGradient;
    iterations++;
  }
  return { point, value, iterations };
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(
  gradient: Float64Array,
  history: readonly { step: Float64Array; change: Float64Array; curvature: number }[],
): Float64Array {
  const direction = gradient.map((g) => -g);
  const newestFirst = [...history].reverse();
  const coefficients = newestFirst.map(({ step, change, curvature }) => {
    const coefficient = dot(step, direction) / curvature;
    add(direction, change, -coefficient);
    return coefficient;
  });
  const newest = newestFirst[0];
  if (newest !== undefined) {
    const scale = newest.curvature / dot(newest.change, newest.change);
    direction.forEach((x, i) => (direction[i] = x * scale));
  }
  newestFirst.reverse().forEach(({ step, change, curvature }, i) => {
    const coefficient = coefficients[coefficients.length - 1 - i] as number;
    add(direction, step, coefficient - dot(change, direction) / curvature);
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function add(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (vector[i] as number);
}
