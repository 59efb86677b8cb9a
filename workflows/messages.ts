import {
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Problem } from '../climb/problem.ts';
import { changeBudget } from '../climb/search/change-budget.ts';
import { approve } from '../climb/search/gates.ts';
import { checkedMessage } from '../climb/search/message-rules.ts';
import { planOf } from '../climb/search/plan-view.ts';
import { askForTasks } from '../climb/search/retasking.ts';
import { note, type SearchState } from '../climb/search/search-state.ts';
import { budgetOf, leaderboardOf, statusOf } from '../climb/search/search-views.ts';
import {
  messageHelp,
  messageNames,
  queryHelp,
  queryNames,
  unknownMessage,
  type Message,
  type MessageName,
  type QueryName,
} from '../climb/spec/messages.ts';
import { refusal } from './refusal.ts';

/** What a search that was refused answers to every query. */
export function answerRefused(problems: readonly Problem[]): void {
  for (const name of queryNames) {
    setHandler(defineQuery<unknown>(name), () => ({ phase: 'refused', problems }), { description: queryHelp[name] });
  }
}

/** What is kept of the reason why a signal was refused: signals are anybody's, and the state must stay small. */
const reasonLength = 1000;

/** Events that a search had when it answered its last update. */
const answeredAt = new WeakMap<SearchState, number>();

/** Whether an update was answered in the workflow task that is under way: the answer leaves with its end. */
export function hasJustAnswered(state: SearchState): boolean {
  return answeredAt.get(state) === workflowInfo().historyLength;
}

/** Each does what the message asks for and says how to answer it: of ten thousand signals none wants an answer. */
type Handlers = { readonly [Name in MessageName]: (message: Message<Name>) => () => unknown };

/**
 * Registers every handler, before the workflow first waits. Handlers only set fields of the state; the workflow's
 * conditions see them. Every message is a signal and an update. A signal can't be refused, so a bad one is kept in
 * `status.rejected`; an update's validator refuses before anything enters the history.
 */
export function registerMessages(state: SearchState): void {
  const now = () => Date.now();

  const status = () => statusOf(state, now());
  const carryOut: Handlers = {
    setBudget: (message) => {
      changeBudget(state, message, now());
      return () => budgetOf(state, now());
    },
    pause: ({ mode }) => {
      state.paused = mode;
      return status;
    },
    resume: () => {
      state.paused = false;
      state.resumes += 1;
      return status;
    },
    retryFailed: ({ proxies }) => {
      const { retriable = [], retry = [] } = state;
      const wanted = retriable.filter((id) => (proxies ?? retriable).includes(id));
      if (wanted.length > 0) state.retry = [...new Set([...retry, ...wanted])];
      return () => wanted.length;
    },
    setTasks: (message) => {
      askForTasks(state, message);
      return status;
    },
    approve: (message) => {
      approve(state, message);
      return status;
    },
    finishEarly: ({ after }) => {
      // Who said "now" can't be made to wait by an "iteration" that comes later.
      state.finishEarly = state.finishEarly === 'now' ? 'now' : after;
      // Who waits at a gate and hears that the search is to end need not be asked any more.
      if (state.waitingFor !== undefined) approve(state, { gate: state.waitingFor });
      return status;
    },
  };

  const refuse = (name: string, reason: string): void => {
    log.warn('signal refused', { name, reason });
    note(state.rejected, { name: name.slice(0, 100), reason: reason.slice(0, reasonLength) });
  };

  for (const name of messageNames) register(name);
  function register<Name extends MessageName>(name: Name): void {
    const check = (payload: unknown) => checkedMessage(state, name, payload);
    // Twice for each update: another message of the same task may come in between, and make it too late.
    const checkAgain = (payload: unknown) => {
      try {
        return check(payload);
      } catch (error) {
        throw refusal((error as Error).message, 'InvalidMessage');
      }
    };
    const description = messageHelp[name];
    const onSignal = (payload?: unknown): void => {
      try {
        carryOut[name](check(payload));
      } catch (error) {
        refuse(name, (error as Error).message);
      }
    };
    setHandler(defineSignal<[unknown?]>(name), onSignal, { description });
    const onUpdate = (payload?: unknown): unknown => {
      answeredAt.set(state, workflowInfo().historyLength);
      return carryOut[name](checkAgain(payload))();
    };
    setHandler(defineUpdate<unknown, [unknown?]>(name), onUpdate, {
      description,
      validator: (payload?: unknown) => void checkAgain(payload),
    });
  }

  setDefaultSignalHandler((name) => refuse(name, unknownMessage(name)));
  setDefaultUpdateHandler((name) => {
    throw refusal(unknownMessage(name), 'UnknownMessage');
  });
  const answers: { readonly [Name in QueryName]: () => unknown } = {
    status,
    leaderboard: () => leaderboardOf(state),
    plan: () => planOf(state, now()),
    budget: () => budgetOf(state, now()),
  };
  for (const name of queryNames) {
    setHandler(defineQuery<unknown>(name), answers[name], { description: queryHelp[name] });
  }
}
