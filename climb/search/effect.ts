import { batchOf } from './ahead.ts';
import { gatesAhead } from './gates.ts';
import type { SearchState } from './search-state.ts';
import { affordableCandidates, mayTrainRegmix, plannedIterations, reasonToStop } from './steering.ts';

/** What the budget of now means for the rest of the search, in a sentence. */
export function effect(state: SearchState, now: number): string {
  const rest = restOf(state, now);
  const gates = gatesAhead(state);
  return gates.length === 0 || rest === nothing ? rest : `${rest}; it waits for approval before ${listed(gates)}`;
}

const nothing = 'nothing: all proxies are trained';

function restOf(state: SearchState, now: number): string {
  const { phase, waitingFor } = state;
  const batch = batchOf(state);
  const isTrained = (part: string) => batch?.at.startsWith(part) === true;
  if (phase === 'report' || phase === 'done' || waitingFor === 'report') return nothing;
  if (phase === 'verify' || isTrained('v'))
    return `no further iterations: verification is under way${and(afterVerification(state))}`;
  if (phase === 'ladder' || isTrained('l') || isTrained('e')) return 'no further iterations: the ladder is under way';
  if (waitingFor === 'ladder') return `no further iterations${and(afterVerification(state))}`;
  const stop =
    state.stoppedBy === null ? reasonToStop(state, now) : { by: state.stoppedBy, limit: state.stoppedByLimit };
  const iterations =
    stop === null
      ? `${plannedIterations(state) - state.iteration} more iterations`
      : `no new iteration (${stop.limit ?? stop.by})`;
  return `${iterations}, then ${verification(state, now)}`;
}

function verification(state: SearchState, now: number): string {
  const { candidates: _, baselines, seeds } = state.spec.verify;
  const candidates = affordableCandidates(state, now);
  if (candidates === 0) return 'no verification: the recipe will say that it is not verified';
  const what = `verification of ${candidates} candidates and ${baselines.length} baselines with ${seeds} seeds each`;
  return `${regmix(state, now)}${what}${and(afterVerification(state))}`;
}

/** RegMix's own search comes first, or is left out. */
function regmix(state: SearchState, now: number): string {
  const { baselines, regmixProxies = 0 } = state.spec.verify;
  if (!baselines.includes('regmix') || state.regmix !== undefined) return '';
  const limit = mayTrainRegmix(state, now, regmixProxies);
  return limit === undefined
    ? `RegMix's search of ${regmixProxies} proxies and `
    : `no search of RegMix's (${limit}) and `;
}

/** What is trained after verification while there is budget for it. */
function afterVerification({ spec, ladder = [], efficiency = [] }: SearchState): string[] {
  const rungs = (spec.verify.ladder ?? []).length - ladder.length;
  const lengths = (spec.verify.efficiency ?? []).length - efficiency.length;
  return [...(rungs > 0 ? ['the ladder'] : []), ...(lengths > 0 ? [`the recipe at ${lengths} shorter lengths`] : [])];
}

const and = (parts: readonly string[]) =>
  parts.length === 0 ? '' : `, and ${parts.join(' and ')} as far as the budget goes`;

const listed = (parts: readonly string[]) => parts.join(', ');
