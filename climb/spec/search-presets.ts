import type { SearchSpec } from './search-file.ts';

type Search = SearchSpec['search'];

/** Sizes of the iterations: those listed, then `then` each for as long as the budget lasts; 0: the search ends. */
export type Schedule = {
  readonly sizes: readonly number[];
  readonly then: number;
  /** Whether a budget that doesn't reach for the list shrinks it in proportion. */
  readonly scales: boolean;
};

/** How a search proposes, with everything filled in. */
export type SearchSettings = {
  readonly schedule: Schedule;
  /** Mixtures that the predictor ranks an iteration. */
  readonly candidates: number;
  readonly sampler: NonNullable<Search['sampler']>;
  /** Exponent on the natural proportions around which Dirichlet mixtures are drawn. */
  readonly temperature: number;
  /** Sums of the Dirichlet shapes: `steps` of them, evenly spaced in their logarithms. */
  readonly strength: { readonly minimum: number; readonly maximum: number; readonly steps: number };
  readonly predictor: NonNullable<Search['predictor']>;
  readonly proposal: NonNullable<Search['proposal']>;
  /** Of how many `random-of-top` draws; null: the square of the batch, at least 128. */
  readonly top: number | null;
  /** Standard deviations that `confidence-bound` takes off the mean. */
  readonly explore: number;
  readonly ngram: boolean;
  readonly stop: { readonly gain: 'noise-floor' | false };
};

/** Small first batch, a quarter of a large one: what is learnt early decides where the rest is spent. */
const FIRST = 8;
const BATCH = 4;

/** 64, 32 and 16 of 112 proxies: the published 4 : 2 : 1 (arXiv 2504.13161). */
const published: Schedule = { sizes: [64, 32, 16], then: 0, scales: true };

const presets: Readonly<Record<Search['preset'], SearchSettings>> = {
  default: {
    schedule: { sizes: [FIRST], then: BATCH, scales: false },
    candidates: 8000,
    sampler: 'space-filling',
    temperature: 1,
    strength: { minimum: 1, maximum: 64, steps: 7 },
    predictor: 'auto',
    proposal: 'expected-improvement',
    top: null,
    explore: 2,
    ngram: true,
    stop: { gain: 'noise-floor' },
  },
  /**
   * Diao et al. 2025: Dirichlet draws around the clusters' token counts, boosted trees, M at random of the top N. What
   * it doesn't say (concentration, candidates, N) is as in NVIDIA's recipe.
   */
  paper: {
    schedule: published,
    candidates: 100_000,
    sampler: 'dirichlet',
    temperature: 1,
    strength: { minimum: 1, maximum: 1, steps: 1 },
    predictor: 'boosted-trees',
    proposal: 'random-of-top',
    top: null,
    explore: 0,
    ngram: false,
    stop: { gain: false },
  },
  /** NeMo Curator's tutorial: the prior's square root, strengths logspace(0.1, 5, 15), top max(M², 128) of 100,000. */
  'nemo-recipe': {
    schedule: published,
    candidates: 100_000,
    sampler: 'nemo-recipe',
    temperature: 0.5,
    strength: { minimum: 0.1, maximum: 5, steps: 15 },
    predictor: 'boosted-trees',
    proposal: 'random-of-top',
    top: null,
    explore: 0,
    ngram: false,
    stop: { gain: false },
  },
};

/**
 * The file's `search` with what it leaves out filled in from its preset. The n-gram prior knows bits per byte alone:
 * by default it is off where a searched task is measured otherwise. A search begun by an earlier version has no field
 * that it didn't know, and means what it meant.
 */
export function searchSettings({ search, tasks }: Pick<SearchSpec, 'search' | 'tasks'>): SearchSettings {
  const {
    preset,
    first: _first,
    batch: _batch,
    schedule: _schedule,
    iterations: _iterations,
    warmStart: _evidence,
    ...given
  } = search;
  const base = presets[preset];
  const inBits = tasks.every(({ metric }) => metric === 'bitsPerByte');
  return {
    ...base,
    ngram: base.ngram && inBits,
    ...definedOf(given),
    schedule: scheduleIn(search),
  };
}

/** @returns the file's list; or first and batch where it names one of them; or the preset's. */
export function scheduleIn({ preset, first, batch, schedule }: Search): Schedule {
  if (schedule !== undefined) return { sizes: schedule, then: 0, scales: false };
  if (first === undefined && batch === undefined) return presets[preset].schedule;
  const then = batch ?? BATCH;
  return { sizes: [first ?? Math.max(FIRST, Math.ceil(then / 4))], then, scales: false };
}

function definedOf<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
