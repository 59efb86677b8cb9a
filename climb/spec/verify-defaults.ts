import { planSearch } from './plan.ts';
import type { SearchSpec } from './search-file.ts';
import { searchSettings } from './search-presets.ts';

/** Fewer runs than twice LightGBM's least rows of a leaf, 20, can't be split: RegMix would predict one number. */
export const leastRegmixProxies = 40;

/** Versions before 0.2.0 have no n-gram models: a search that one of them began has its baselines of then. */
export type Era = { readonly ngram?: boolean };

/**
 * The spec with what its part `verify` leaves out where that depends on other parts.
 *
 * `baselines`: the n-gram optimum stands in the list by default, and is left out where the search has no n-gram models.
 * `regmixProxies`: as many as the search itself then trains, so that the two are compared at equal cost.
 *
 * @param file what the spec was parsed from: it tells what was left out
 */
export function settleVerify(spec: SearchSpec, file: unknown, { ngram: known = true }: Era = {}): SearchSpec {
  const { verify } = spec;
  const given = (file as { verify?: { baselines?: unknown } }).verify?.baselines;
  const { ngram } = searchSettings(spec);
  const baselines =
    given === undefined && !(ngram && known) ? verify.baselines.filter((name) => name !== 'ngram') : verify.baselines;
  const settled = { ...spec, verify: { ...verify, baselines } };
  if (!baselines.includes('regmix') || verify.regmixProxies !== undefined) return settled;
  const planned = (regmixProxies: number) =>
    planSearch({ ...settled, verify: { ...settled.verify, regmixProxies } }).searchProxies;
  const half = Math.floor(planned(0) / 2);
  return { ...settled, verify: { ...settled.verify, regmixProxies: Math.max(leastRegmixProxies, planned(half)) } };
}
