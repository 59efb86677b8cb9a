import { isHeld } from '../climb/search/gates.ts';
import type { SearchState } from '../climb/search/search-state.ts';
import type { Gate } from '../climb/spec/gates.ts';
import { waitForPerson } from './history.ts';
import { showPhase } from './phase.ts';

/**
 * Waits where the search file has a gate, until a person opens it by `approve`, or ends the search by `finishEarly`. A
 * deadline ends the waiting too: what comes then finds that nothing may be trained any more.
 * @throws HistoryFull where the next run has to wait on
 */
export async function passGate(state: SearchState, gate: Gate): Promise<void> {
  if (state.spec.gates?.includes(gate) !== true) return;
  if (isHeld(state, gate)) {
    const { phase } = state;
    state.waitingFor = gate;
    showPhase(state, 'waiting');
    try {
      await opened(state, gate);
    } finally {
      state.phase = phase;
    }
    delete state.waitingFor;
    showPhase(state, phase);
  }
  state.passed = [...(state.passed ?? []), gate];
}

async function opened(state: SearchState, gate: Gate): Promise<void> {
  while (isHeld(state, gate)) {
    const { deadline } = state.account.budget;
    const look = () => !isHeld(state, gate) || state.account.budget.deadline !== deadline;
    const left = deadline === undefined ? undefined : Date.parse(deadline) - Date.now();
    if (left !== undefined && left <= 0) return;
    await waitForPerson(state, look, left);
  }
}
