import { shuffled, type Stream } from '../../random.ts';

/**
 * CLIMB's next batch (Diao et al. 2025, arXiv 2504.13161): M drawn at random, without replacement, from the N candidates
 * that the predictor ranks first.
 *
 * @param predicted one a candidate, lower is better; ties by index
 * @returns indices of `size` candidates, or of all where there are fewer, in the order drawn
 */
export function randomOfTop(predicted: readonly number[], top: number, size: number, draws: Stream): number[] {
  const ranked = predicted
    .map((_, i) => i)
    .sort((a, b) => (predicted[a] as number) - (predicted[b] as number) || a - b);
  return shuffled(ranked.slice(0, top), draws).slice(0, size);
}

/** N of NVIDIA's recipe for a batch of M (8_predict.py): `max(M², 128)`. */
export function recipeTop(size: number): number {
  return Math.max(size * size, 128);
}
