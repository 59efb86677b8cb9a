/**
 * The points that no other beats: none is at least as low in every loss and lower in one (Pareto front). Of equal points
 * the first stands for all.
 *
 * @param losses [point][task], lower is better
 * @returns indices, ascending
 */
export function paretoFront(losses: readonly (readonly number[])[]): number[] {
  const beats = (a: readonly number[], b: readonly number[]) =>
    a.every((loss, task) => loss <= (b[task] as number)) && a.some((loss, task) => loss < (b[task] as number));
  const equal = (a: readonly number[], b: readonly number[]) => a.every((loss, task) => loss === b[task]);
  return losses.flatMap((point, at) =>
    losses.some((other, i) => beats(other, point) || (i < at && equal(other, point))) ? [] : [at],
  );
}
