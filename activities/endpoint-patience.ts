import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { attemptNow, isDiskFull } from './patience.ts';

/** Asked again, these would answer the same. */
const permanent = new Set(['BadEndpoint', 'BadEmbedding', 'BadScores', 'BadCorpus', 'RefusedPath']);

/** From this attempt on any other fault than an outage ends the work. */
const attempts = 10;

/**
 * Runs work that asks an endpoint, and says to Temporal what is worth a retry: an outage or a busy server is waited for
 * without end, after as long as the server asks for; a refusal or a wrong answer ends it; anything else but a full disk
 * (patience.ts) does from the tenth attempt on, outages counted, since Temporal keeps one count. Where no activity runs it, errors pass as they are.
 */
export async function patientWithEndpoint<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof CancelledFailure) throw error;
    if ((error instanceof ApplicationFailure && error.nonRetryable) || isDiskFull(error)) throw error;
    const { message, name } = error;
    if (name === 'EndpointUnavailable') {
      const { retryAfter } = error as Error & { retryAfter?: number };
      throw ApplicationFailure.create({
        message: attemptNow() === undefined ? message : `${message}; it is asked again later`,
        type: name,
        nonRetryable: false,
        ...(retryAfter !== undefined && { nextRetryDelay: retryAfter }),
      });
    }
    if (permanent.has(name)) throw ApplicationFailure.nonRetryable(message, name);
    const attempt = attemptNow() ?? 1;
    if (attempt < attempts) throw error;
    throw ApplicationFailure.nonRetryable(`given up at attempt ${attempt}: ${message}`, name);
  }
}
