/**
 * Takes results of work that goes on side by side in the order in which it was begun: sums get the same bits every time,
 * and only a few results wait in memory.
 * @returns a function that waits for `work`, and for everything that was handed in before, and then calls `take`
 */
export function orderedTurns(): <T>(work: Promise<T>, take: (result: T) => void) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (work, take) => {
    const turn = Promise.all([work, last]).then(([result]) => take(result));
    // One that failed is reported by its own promise; those behind it needn't wait for ever.
    last = turn.catch(() => {});
    return turn;
  };
}
