import type { Problem } from '../problem.ts';
import { batchSize } from './plan.ts';
import { memoryProblems } from './proposal-memory.ts';
import type { SearchSpec } from './search-file.ts';
import { scheduleIn, searchSettings, type SearchSettings } from './search-presets.ts';
import type { Era } from './verify-defaults.ts';

/** Rules between the fields of the search file's part `search`: what is given is read, and can be done. */
export function* proposalProblems(
  spec: Pick<SearchSpec, 'search' | 'tasks' | 'clusters' | 'budget'>,
  { feasibility = true }: Era = {},
): Iterable<Problem> {
  const settings = searchSettings(spec);
  yield* scheduleProblems(spec.search);
  yield* unreadProblems(spec.search, settings);
  const { minimum, maximum, steps } = settings.strength;
  if (minimum > maximum || (steps === 1 && minimum < maximum)) {
    yield {
      path: 'search.strength',
      message: `${steps} steps from ${minimum} to ${maximum}: ${minimum > maximum ? 'the least is above the greatest; swap them' : 'one step can’t reach both; make them equal or give two steps'}`,
    };
  }
  const largest = largestBatch(settings);
  if (settings.top !== null && settings.top < largest) {
    yield {
      path: 'search.top',
      message: `got ${settings.top}, under the ${largest} mixtures of an iteration that are drawn from it; raise it to at least that`,
    };
  }
  if (settings.candidates < largest) {
    yield {
      path: 'search.candidates',
      message: `got ${settings.candidates}, under the ${largest} mixtures of an iteration that are chosen among them; raise it`,
    };
  }
  if (feasibility && settings.top !== null && settings.top > settings.candidates) {
    yield {
      path: 'search.top',
      message: `got ${settings.top}, above the ${settings.candidates} candidates that are ranked: batches would be drawn from all of them, whatever is predicted; lower it, or raise search.candidates`,
    };
  }
  if (feasibility) yield* memoryProblems(spec, settings, largest);
  const other = spec.tasks.find(({ metric }) => metric !== 'bitsPerByte');
  if (spec.search.ngram === true && other !== undefined) {
    yield {
      path: 'search.ngram',
      message: `n-gram models give bits per byte, but "${other.name}" is measured by ${other.metric}; leave it out, or measure bitsPerByte`,
    };
  }
}

function* scheduleProblems(search: SearchSpec['search']): Iterable<Problem> {
  const { schedule, first, batch, iterations = 0 } = search;
  const { sizes, then } = scheduleIn(search);
  if (then === 0 && iterations > sizes.length) {
    yield {
      path: 'search.iterations',
      message: `got ${iterations}, but the schedule is [${sizes.join(', ')}]; leave it out, or list more`,
    };
  }
  if (schedule === undefined) return;
  for (const [name, value] of Object.entries({ first, batch })) {
    if (value === undefined) continue;
    yield {
      path: `search.${name}`,
      message: `got ${value} beside schedule [${schedule.join(', ')}]: it would be ignored; leave one of the two out`,
    };
  }
  if ((schedule[0] as number) < 2) {
    yield {
      path: 'search.schedule.0',
      message: 'got 1: a predictor needs two mixtures to compare; begin with at least 2',
    };
  }
}

function* unreadProblems(given: SearchSpec['search'], { sampler, proposal }: SearchSettings): Iterable<Problem> {
  const readers = [
    ['temperature', 'sampler', sampler, ['dirichlet', 'nemo-recipe']],
    ['strength', 'sampler', sampler, ['dirichlet', 'nemo-recipe']],
    ['top', 'proposal', proposal, ['random-of-top']],
    ['explore', 'proposal', proposal, ['confidence-bound']],
  ] as const;
  for (const [name, by, value, read] of readers) {
    if (given[name] === undefined || (read as readonly string[]).includes(value)) continue;
    yield {
      path: `search.${name}`,
      message: `only ${by} "${read.join('" and "')}" reads it, got ${by} "${value}": it would be ignored; leave it out, or change the ${by}`,
    };
  }
}

/** Of the iterations that are chosen among candidates. */
function largestBatch({ schedule }: SearchSettings): number {
  return Math.max(batchSize(schedule, 2), ...schedule.sizes.slice(1), schedule.then);
}
