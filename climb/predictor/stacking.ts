import { cholesky, solve } from './cholesky.ts';

/**
 * Shares, each at least 0 and together 1, of the blend whose out-of-fold errors have the least sum of squares
 * (stacked regressions, Breiman 1996, with shares that sum to 1). Exact: for each subset of the members the best
 * unbounded shares are G⁻¹1 / 1ᵀG⁻¹1, G the products of their errors, and the best subset without a negative share
 * is the answer. Ties go to the earlier members.
 *
 * @param errors [member][run], few members
 */
export function stackedShares(errors: readonly (readonly number[])[]): number[] {
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const gram = errors.map((a) => errors.map((b) => product(a, b)));
  const single = gram.map((row, k) => row[k] as number);
  let best = { error: Infinity, shares: errors.map(() => 0) };
  for (let subset = 1; subset < 1 << errors.length; subset++) {
    const members = errors.map((_, k) => k).filter((k) => (subset >> k) & 1);
    if (members.length > 1 && members.some((k) => single[k] === 0)) continue;
    const some = members.flatMap((j) => members.map((k) => (gram[j] as number[])[k] as number));
    const ones = new Float64Array(members.length).fill(1);
    const raw = members.length === 1 ? ones : solve(cholesky(Float64Array.from(some), members.length), ones);
    const total = raw.reduce((sum, share) => sum + share, 0);
    const shares = errors.map((_, k) => (members.includes(k) ? (raw[members.indexOf(k)] as number) / total : 0));
    if (shares.some((share) => share < 0)) continue;
    const error = product(
      shares,
      gram.map((row) => product(row, shares)),
    );
    if (error < best.error) best = { error, shares };
  }
  return best.shares;
}
