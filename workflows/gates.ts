import { condition } from '@temporalio/workflow';
import { isHeld } from '../climb/search/gates.ts';
import type { SearchState } from '../climb/search/search-state.ts';
import type { Gate } from '../climb/spec/gates.ts';
import { showPhase } from './phase.ts';

/**
 * Waits where the search file has a gate, until a person opens it by `approve`, or ends the search by `finishEarly`. A
 * deadline ends the waiting too: what comes then finds that nothing may be trained any more.
 */
export async function passGate(state: SearchState, gate: Gate): Promise<void> {
  if (state.spec.gates?.includes(gate) !== true) return;
  if (isHeld(state, gate)) {
    const { phase } = state;
    state.waitingFor = gate;
    showPhase(state, 'waiting');
    await opened(state, gate);
    delete state.waitingFor;
    showPhase(state, phase);
  }
  state.passed = [...(state.passed ?? []), gate];
}

async function opened(state: SearchState, gate: Gate): Promise<void> {
  while (isHeld(state, gate)) {
    const { deadline } = state.account.budget;
    const look = () => !isHeld(state, gate) || state.account.budget.deadline !== deadline;
    if (deadline === undefined) {
      await condition(look);
      continue;
    }
    const left = Date.parse(deadline) - Date.now();
    if (left <= 0) return;
    await condition(look, left);
  }
}
