import { ApplicationFailure } from '@temporalio/activity';
import type { Problem } from '../climb/problem.ts';

/** Errors that mean: the search file asks for something that can't be done. */
const refusals = new Set(['InvalidInput', 'InfeasibleConstraints']);

/** Runs `work`; an input that can't work ends the search with every problem and its path, and isn't tried again. */
export async function refusingInvalid<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !refusals.has(error.name)) throw error;
    const { problems } = error as Error & { problems: readonly Problem[] };
    throw refusal(error.message, 'InvalidSearchSpec', problems);
  }
}

/** Runs `work`; a corpus that can't be used as it is ends the search and isn't tried again until somebody mended it. */
export async function refusingBadCorpus<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BadCorpus') throw error;
    throw refusal(error.message, error.name);
  }
}

/** Where in our code it was found is nothing to the person who reads it. */
function refusal(...said: Parameters<typeof ApplicationFailure.nonRetryable>): ApplicationFailure {
  const failure = ApplicationFailure.nonRetryable(...said);
  failure.stack = '';
  return failure;
}
