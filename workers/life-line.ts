/**
 * Calls `stop` when standard input, a pipe held by whoever started this worker, closes: the worker then never outlives
 * a starter that was killed. A terminal or /dev/null as standard input is no life line.
 */
export function watchStandardInput(stop: () => void): void {
  if (process.stdin.isTTY || process.env['CLIMB_LIFE_LINE'] !== 'stdin') return;
  process.stdin.on('close', stop).on('error', stop).resume();
  // A worker that was told to end by a signal doesn't wait for its starter to let go.
  process.stdin.unref();
}
