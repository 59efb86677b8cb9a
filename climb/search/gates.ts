import type { Problem } from '../problem.ts';
import { gateNames, type Gate } from '../spec/gates.ts';
import type { Message } from '../spec/messages.ts';
import type { SearchState } from './search-state.ts';

type Gated = Pick<SearchState, 'spec' | 'approved' | 'passed' | 'waitingFor' | 'finishEarly'>;

/** Gates that still hold the search or will, in the order in which it comes to them. */
export function gatesAhead({ spec, approved = [], passed = [] }: Gated): Gate[] {
  return gateNames.filter(
    (gate) => spec.gates?.includes(gate) === true && !approved.includes(gate) && !passed.includes(gate),
  );
}

/** Whether the search has to wait here. `finishEarly` now opens every gate: nothing more is trained. */
export function isHeld(state: Gated, gate: Gate): boolean {
  return state.finishEarly !== 'now' && gatesAhead(state).includes(gate);
}

/** A gate may be opened before the search comes to it; opening one again changes nothing. */
export function approve(state: Gated, { gate }: Pick<Message<'approve'>, 'gate'>): void {
  const opened = gate ?? gatesAhead(state)[0];
  if (opened !== undefined && !state.approved?.includes(opened)) state.approved = [...(state.approved ?? []), opened];
}

export function* approvalProblems(state: Gated, { gate }: Pick<Message<'approve'>, 'gate'>): Iterable<Problem> {
  const known = state.spec.gates ?? [];
  if (gate !== undefined && !known.includes(gate)) {
    const there = known.length === 0 ? 'its search file has no gates' : `its gates are ${known.join(', ')}`;
    yield { path: 'gate', message: `the search doesn't wait at "${gate}": ${there}` };
  }
  if (gate === undefined && gatesAhead(state).length === 0) {
    const message =
      known.length === 0 ? 'there is nothing to approve: the search file has no gates' : 'no gate is left';
    yield { path: 'gate', message };
  }
}
