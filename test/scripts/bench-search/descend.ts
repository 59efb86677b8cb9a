/**
 * Goes downhill on the simplex by moving weight from one domain to another, ever less of it, until no move of a
 * millionth helps: slow and simple, so that it can be trusted to say that a mixture is a local optimum.
 */
export function descend(objective: (weights: readonly number[]) => number, start: readonly number[]): number[] {
  let weights = [...start];
  let value = objective(weights);
  for (let step = 0.1; step > 5e-7;) {
    let moves = 0;
    for (let from = 0; from < weights.length; from++) {
      for (let to = 0; to < weights.length; to++) {
        const amount = Math.min(step, weights[from]!);
        if (to === from || amount === 0) continue;
        const moved = weights.with(from, weights[from]! - amount);
        moved[to]! += amount;
        const found = objective(moved);
        if (found >= value - 1e-15) continue;
        [weights, value] = [moved, found];
        moves++;
      }
    }
    if (moves === 0) step /= 2;
  }
  return weights;
}
