import { defineQuery, defineSignal, defineUpdate, log, setHandler } from '@temporalio/workflow';
import {
  messageHelp,
  parseMessage,
  type Message,
  type MessageInput,
  type MessageName,
} from '../climb/spec/messages.ts';
import { note, type SearchState } from '../climb/search/search-state.ts';
import { budgetOf, leaderboardOf, statusOf, type Status } from '../climb/search/search-views.ts';
import { changeBudget } from '../climb/search/steering.ts';

type BudgetAnswer = ReturnType<typeof budgetOf>;

export const setBudgetSignal = defineSignal<[MessageInput<'setBudget'>]>('setBudget');
export const setBudgetUpdate = defineUpdate<BudgetAnswer, [MessageInput<'setBudget'>]>('setBudget');
export const pauseSignal = defineSignal<[MessageInput<'pause'>?]>('pause');
export const pauseUpdate = defineUpdate<Status, [MessageInput<'pause'>?]>('pause');
export const resumeSignal = defineSignal<[MessageInput<'resume'>?]>('resume');
export const resumeUpdate = defineUpdate<Status, [MessageInput<'resume'>?]>('resume');
export const finishEarlySignal = defineSignal<[MessageInput<'finishEarly'>?]>('finishEarly');
export const statusQuery = defineQuery<Status>('status');
export const leaderboardQuery = defineQuery<ReturnType<typeof leaderboardOf>>('leaderboard');
export const budgetQuery = defineQuery<BudgetAnswer>('budget');

/**
 * Registers every handler, before the workflow first waits. Handlers only set fields of the state; the workflow's
 * conditions see them. A signal can't be refused, so a bad one is kept in `status.rejected`; an update's validator
 * refuses before anything enters the history.
 */
export function registerMessages(state: SearchState): void {
  const now = () => Date.now();

  const apply: { [Name in MessageName]: (message: Message<Name>) => void } = {
    setBudget: (message) => void changeBudget(state, message, now()),
    pause: () => void (state.paused = true),
    resume: () => {
      state.paused = false;
      state.resumes += 1;
    },
    // Who said "now" can't be made to wait by an "iteration" that comes later.
    finishEarly: ({ after }) => void (state.finishEarly = state.finishEarly === 'now' ? 'now' : after),
  };

  const onSignal =
    <Name extends MessageName>(name: Name) =>
    (payload?: unknown): void => {
      try {
        apply[name](parseMessage(name, payload));
      } catch (error) {
        const reason = (error as Error).message;
        log.warn('signal refused', { name, reason });
        note(state.rejected, { name, reason });
      }
    };

  const onUpdate = <Name extends MessageName, Answer>(name: Name, answer: () => Answer) =>
    [
      (payload?: unknown): Answer => {
        apply[name](parseMessage(name, payload));
        return answer();
      },
      { validator: (payload?: unknown): void => void parseMessage(name, payload), description: messageHelp[name] },
    ] as const;

  const help = (name: MessageName) => ({ description: messageHelp[name] });
  setHandler(setBudgetSignal, onSignal('setBudget'), help('setBudget'));
  setHandler(setBudgetUpdate, ...onUpdate('setBudget', () => budgetOf(state, now())));
  setHandler(pauseSignal, onSignal('pause'), help('pause'));
  setHandler(pauseUpdate, ...onUpdate('pause', () => statusOf(state)));
  setHandler(resumeSignal, onSignal('resume'), help('resume'));
  setHandler(resumeUpdate, ...onUpdate('resume', () => statusOf(state)));
  setHandler(finishEarlySignal, onSignal('finishEarly'), help('finishEarly'));
  setHandler(statusQuery, () => statusOf(state), { description: 'phase, proxies, best so far, time left' });
  setHandler(leaderboardQuery, () => leaderboardOf(state), { description: 'the best mixtures so far, by objective' });
  setHandler(budgetQuery, () => budgetOf(state, now()), { description: 'budget, use, and what follows from them' });
}
