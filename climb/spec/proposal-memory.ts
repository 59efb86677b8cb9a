import { recipeTop } from '../mixture/samplers/random-of-top.ts';
import { MOST_RUNS } from '../predictor/predictor.ts';
import type { Problem } from '../problem.ts';
import { mergeTarget } from './corpus-rules.ts';
import type { SearchSpec } from './search-file.ts';
import type { SearchSettings } from './search-presets.ts';

/** What the thread that ranks candidates may need: V8 gives one no larger heap, and a worker has threads and trainers besides. */
const MOST_BYTES = 4e9;

/** Measured at 21 clusters, 3 tasks, 112 runs: 1e6 candidates at random of the top .9 GB, 3e5 by expected improvement 1.2 GB. */
const BYTES = {
  /** A mixture, its key and its predictions: objects. */
  candidate: 200,
  /** A weight of a mixture, in its key, and as a coordinate of each predictor while that is asked. */
  weight: 30,
  /** A weight of a mixture that is kept: as JSON, and as numbers on both sides. */
  keptWeight: 80,
  number: 8,
} as const;

/** Candidates of which a thread can't hold what choosing a batch among them takes. */
export function* memoryProblems(
  spec: Pick<SearchSpec, 'search' | 'tasks' | 'clusters' | 'budget'>,
  { candidates, proposal, top }: SearchSettings,
  batch: number,
): Iterable<Problem> {
  // Of known domains and thresholds the corpus tells how many there are.
  const clusters = mergeTarget(spec.clusters) ?? 2;
  const tasks = spec.tasks.length;
  const runs = spec.search.warmStart === undefined ? Math.min(MOST_RUNS, spec.budget.proxies) : MOST_RUNS;
  const each = BYTES.candidate + BYTES.weight * clusters;
  const random = proposal === 'random-of-top';
  const choosing = random ? 0 : BYTES.number * tasks * (runs + batch + clusters);
  const kept = random ? Math.min(candidates, top ?? recipeTop(batch)) : 0;
  const bytes = candidates * (each + choosing) + kept * clusters * BYTES.keptWeight;
  if (bytes <= MOST_BYTES) return;
  const parts = [
    `${candidates} candidates over ${clusters} clusters`,
    ...(random ? [`${kept} of them kept to draw from`] : [`batches of ${batch}, ${tasks} tasks and ${runs} runs`]),
  ];
  yield {
    path: kept > candidates / 2 && top !== null ? 'search.top' : 'search.candidates',
    message: `${parts.join(', ')}: a worker's thread would need ${(bytes / 1e9).toFixed(1)} GB to choose among them, and may take ${MOST_BYTES / 1e9}; ${random ? 'lower search.candidates or search.top' : `${Math.floor((candidates * MOST_BYTES) / bytes)} candidates would do`}`,
  };
}
