/** The lowest of any number of values, which `Math.min(...values)` can't take: arguments are limited. Infinity of none. */
export function lowest(values: Iterable<number>): number {
  let least = Infinity;
  for (const value of values) least = Math.min(least, value);
  return least;
}

/** Where the lowest is, ties to the first; -1 of none, and where one isn't a number. */
export function lowestAt(values: readonly number[]): number {
  return values.indexOf(lowest(values));
}
