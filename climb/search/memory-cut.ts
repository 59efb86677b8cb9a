/**
 * How a training is cut to fit in memory: sequences and members at once. Results don't depend on it; an absent field is
 * the trainer's own choice.
 */
export type MemoryCut = { readonly microBatch?: number | undefined; readonly ensemble?: number | undefined };

/**
 * Half of what ran out of memory: of the sequences, which costs little speed, then of the members side by side; or
 * undefined where there is nothing left to cut.
 */
export function halved({ microBatch, ensemble = 1 }: MemoryCut): MemoryCut | undefined {
  if (microBatch !== undefined && microBatch > 1) return { microBatch: Math.floor(microBatch / 2), ensemble };
  if (ensemble === 1) return undefined;
  return { ...(microBatch !== undefined && { microBatch }), ensemble: Math.floor(ensemble / 2) };
}
