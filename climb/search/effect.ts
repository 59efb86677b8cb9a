import { aheadOf, type Ahead } from './ahead.ts';
import { gatesAhead } from './gates.ts';
import type { SearchState } from './search-state.ts';
import { mayTrainRegmix, reasonToStop } from './steering.ts';

/** What the budget of now means for the rest of the search, in a sentence. */
export function effect(state: SearchState, now: number): string {
  const rest = restOf(state, now);
  const gates = gatesAhead(state);
  return gates.length === 0 || rest === nothing ? rest : `${rest}; it waits for approval before ${listed(gates)}`;
}

const nothing = 'nothing: all proxies are trained';

function restOf(state: SearchState, now: number): string {
  const { phase, waitingFor } = state;
  const ahead = aheadOf(state, now);
  const isTrained = (part: string) => ahead.underWay?.at.startsWith(part) === true;
  const later = and(afterVerification(ahead));
  if (phase === 'report' || phase === 'done' || waitingFor === 'report') return nothing;
  if (phase === 'verify' || isTrained('v')) return `no further iterations: verification is under way${later}`;
  if (phase === 'ladder' || isTrained('l') || isTrained('e')) return 'no further iterations: the ladder is under way';
  if (waitingFor === 'ladder') return `no further iterations${later}`;
  const { stoppedBy, stoppedByLimit } = state;
  const stop = stoppedBy === null ? reasonToStop(state, now) : { by: stoppedBy, limit: stoppedByLimit };
  const iterations =
    stop === null
      ? `${ahead.after + ahead.iterations - state.iteration} more iterations`
      : `no new iteration (${stop.limit ?? stop.by})`;
  return `${iterations}, then ${verification(state, ahead, now)}`;
}

function verification(state: SearchState, ahead: Ahead, now: number): string {
  const { baselines, seeds } = state.spec.verify;
  const { candidates } = ahead;
  if (candidates === 0) return 'no verification: the recipe will say that it is not verified';
  const what = `verification of ${candidates} candidates and ${baselines.length} baselines with ${seeds} seeds each`;
  return `${regmix(state, now)}${what}${and(afterVerification(ahead))}`;
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
function afterVerification({ rungs, lengths }: Ahead): string[] {
  const shorter = lengths.length > 0 ? [`the recipe at ${lengths.length} shorter lengths`] : [];
  return [...(rungs.length > 0 ? ['the ladder'] : []), ...shorter];
}

const and = (parts: readonly string[]) =>
  parts.length === 0 ? '' : `, and ${parts.join(' and ')} as far as the budget goes`;

const listed = (parts: readonly string[]) => parts.join(', ');
