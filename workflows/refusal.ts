import { ApplicationFailure } from '@temporalio/workflow';

/** Says to a person what is wrong with an input; where in our code that was found is nothing to them. */
export function refusal(message: string, type: string, problems?: unknown): ApplicationFailure {
  const failure = ApplicationFailure.nonRetryable(message, type, ...(problems === undefined ? [] : [problems]));
  failure.stack = '';
  return failure;
}
