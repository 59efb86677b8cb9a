import { planSearch } from './plan.ts';
import type { SearchSpec } from './search-file.ts';
import { searchSettings } from './search-presets.ts';

/**
 * A tenth of the runs is kept aside, and the rest must fill two of LightGBM's leaves of 20 rows: 44 − 4 = 40. From fewer
 * no tree grows, and RegMix would predict one number.
 */
export const leastRegmixProxies = 44;
/** What a search asks for that a version began which forgot the tenth. */
const leastOnce = 40;

/**
 * RegMix's proxies are one batch. A search goes on in a new history with all that its batch has scored so far, about 120
 * bytes each, and Temporal carries 2 MiB.
 */
export const mostRegmixProxies = 10_000;

/** What the version that began a search knew; absent: all of it. */
export type Era = {
  /** Versions before 0.2.0 have no n-gram models: a search that one of them began has its baselines of then. */
  readonly ngram?: boolean;
  /** The first searches with RegMix began with fewer runs than its trees need. */
  readonly regmixHoldout?: boolean;
  /** Versions before 0.3.0 read files that no mixture can satisfy, or no thread can hold: their stages found out. */
  readonly feasibility?: boolean;
  /** Searches of before 0.3.0 may have a batch that no history can hand on to the next. */
  readonly boundedBatch?: boolean;
};

export function leastRegmixIn({ regmixHoldout = true }: Era): number {
  return regmixHoldout ? leastRegmixProxies : leastOnce;
}

/**
 * The spec with what its part `verify` leaves out where that depends on other parts.
 *
 * `baselines`: the n-gram optimum stands in the list by default, and is left out where the search has no n-gram models.
 * `regmixProxies`: as many as the search itself then trains, so that the two are compared at equal cost, if one batch can
 * be so large.
 *
 * @param file what the spec was parsed from: it tells what was left out
 */
export function settleVerify(spec: SearchSpec, file: unknown, era: Era = {}): SearchSpec {
  const { ngram: known = true } = era;
  const { verify } = spec;
  const given = (file as { verify?: { baselines?: unknown } }).verify?.baselines;
  const { ngram } = searchSettings(spec);
  const baselines =
    given === undefined && !(ngram && known) ? verify.baselines.filter((name) => name !== 'ngram') : verify.baselines;
  const settled = { ...spec, verify: { ...verify, baselines } };
  if (!baselines.includes('regmix') || verify.regmixProxies !== undefined) return settled;
  const planned = (regmixProxies: number) =>
    planSearch({ ...settled, verify: { ...settled.verify, regmixProxies } }).searchProxies;
  const alike = planned(Math.floor(planned(0) / 2));
  const most = era.boundedBatch === false ? alike : Math.min(alike, mostRegmixProxies);
  return { ...settled, verify: { ...settled.verify, regmixProxies: Math.max(leastRegmixIn(era), most) } };
}
