import { BadEndpoint } from './endpoint-failure.ts';

/** What a server of text-embeddings-inference says of itself, as far as requests depend on it. */
export type ServedModelInfo = {
  readonly model: string;
  /** Revision of the model; null where the server doesn't say it. */
  readonly revision: string | null;
  /** Texts that it takes in a request. */
  readonly batch: number;
  /** Characters of a text worth sending: the model reads no more. */
  readonly maxCharacters: number;
};

/** Its usual limits. */
const usualBatch = 32;
const usualInputLength = 512;

const mostTexts = 1024;

/** A token is seldom longer, so that what is cut off would not have been looked at. */
const charactersPerToken = 12;
const mostCharacters = 100_000;

/** Where nobody says anything, as the hosted provider. */
export const usualLimits = { batch: usualBatch, maxCharacters: charactersPerToken * usualInputLength };

/**
 * @param answer of `/info`
 * @param who names the endpoint
 * @throws BadEndpoint for a server that doesn't say which model it serves
 */
export function servedModelInfo(answer: unknown, who: string): ServedModelInfo {
  const { model_id, model_sha, max_client_batch_size, max_input_length } = (answer ?? {}) as Record<string, unknown>;
  if (typeof model_id !== 'string') {
    throw new BadEndpoint(
      `${who} doesn't say which model it serves: expected model_id in the answer of /info, found none; what two models answer can't be told apart later; try a server that speaks text-embeddings-inference`,
    );
  }
  const tokens = isCount(max_input_length) ? max_input_length : usualInputLength;
  return {
    model: model_id,
    revision: typeof model_sha === 'string' ? model_sha : null,
    batch: isCount(max_client_batch_size) ? Math.min(max_client_batch_size, mostTexts) : usualBatch,
    maxCharacters: Math.min(mostCharacters, charactersPerToken * tokens),
  };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
