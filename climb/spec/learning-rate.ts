/** Peak rate × width: what widths 64 (4e-3) and 128 (2e-3) have been trained with. */
const rateTimesWidth = 0.256;
/** Narrower models keep this one's rate, which is on their low side: the rule says nothing so far down. */
const narrowest = 64;

/**
 * Peak learning rate of a proxy of this width, where the search file gives none: ∝ 1 / width, as Adam's rate for hidden
 * weights goes under muP (arXiv 2203.03466), so that shapes of different widths are trained alike. It lies on the low
 * side of the optimum, from where the ranking of mixtures carries over better to larger models (arXiv 2512.24503).
 * Three significant digits: the figure is shown to people, and no measurement knows more.
 */
export function learningRateFor(width: number): number {
  return Number((rateTimesWidth / Math.max(width, narrowest)).toPrecision(3));
}
