import { InvalidInput, type Problem } from '../problem.ts';
import { parseMessage, type Message, type MessageName } from '../spec/messages.ts';
import { approvalProblems } from './gates.ts';
import { taskMessageProblems } from './retasking.ts';
import type { SearchState } from './search-state.ts';

/** What of a message depends on the search that it is sent to; its shape is in climb/spec/messages.ts. */
const rules: { readonly [Name in MessageName]?: (state: SearchState, message: Message<Name>) => Iterable<Problem> } = {
  setBudget: moneyProblems,
  retryFailed: retryProblems,
  setTasks: taskMessageProblems,
  approve: approvalProblems,
};

/** What only the search file can answer that a branch has once its parent was read. */
const askOfTheFile: readonly MessageName[] = ['setTasks', 'approve'];

const notOpen = `the branch isn't open yet: what it goes on from is being read, and decides whether this can be; send it again once status shows "branch"`;

/**
 * A payload checked and completed, for this search.
 * @throws InvalidInput with every problem of shape, or, where there is none, with every reason why it can't be now.
 */
export function checkedMessage<Name extends MessageName>(
  state: SearchState,
  name: Name,
  payload: unknown,
): Message<Name> {
  const message = parseMessage(name, payload);
  const early = state.unopened === true && askOfTheFile.includes(name);
  const problems = early ? [{ path: '(all of it)', message: notOpen }] : [...(rules[name]?.(state, message) ?? [])];
  if (problems.length > 0) throw new InvalidInput(`the message ${name}`, problems);
  return message;
}

function* moneyProblems({ account, unopened }: SearchState, { money }: Message<'setBudget'>): Iterable<Problem> {
  if (money === undefined || account.budget.money !== undefined) return;
  const missing = (['limit', 'perDeviceHour'] as const).find((field) => money[field] === undefined);
  if (missing === undefined) return;
  yield {
    path: `money.${missing}`,
    message: unopened ? notOpen : 'the search has counted no money so far: give both limit and perDeviceHour',
  };
}

function* retryProblems({ retriable = [] }: SearchState, { proxies = [] }: Message<'retryFailed'>): Iterable<Problem> {
  const there = retriable.length === 0 ? 'none has' : `these have: ${retriable.slice(0, 20).join(', ')}`;
  for (const [at, id] of proxies.entries()) {
    if (retriable.includes(id)) continue;
    yield { path: `proxies.${at}`, message: `no proxy "${id}" has failed in the batch under way; ${there}` };
  }
}
