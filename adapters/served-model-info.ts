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

/** More at once gains nothing. */
const mostTexts = 1024;

/** A token is seldom longer, so that what is cut off would not have been looked at. */
const charactersPerToken = 12;
const mostCharacters = 100_000;

/** Where nobody says anything, as the hosted provider. */
export const usualLimits = { batch: usualBatch, maxCharacters: charactersPerToken * usualInputLength };

/**
 * @param answer of `/info`
 * @param who names the endpoint
 * @param maxTexts of a request, as the profile limits it
 * @throws BadEndpoint for a server that doesn't say which model it serves
 */
export function servedModelInfo(answer: unknown, who: string, maxTexts = mostTexts): ServedModelInfo {
  const { model_id, model_sha, max_client_batch_size, max_input_length } = (answer ?? {}) as Record<string, unknown>;
  if (!isName(model_id)) {
    throw new BadEndpoint(
      `${who} doesn't say which model it serves: expected model_id in the answer of /info, found none, or none that can be shown; what two models answer can't be told apart later; try a server that speaks text-embeddings-inference`,
    );
  }
  const tokens = isCount(max_input_length) ? max_input_length : usualInputLength;
  return {
    model: model_id,
    revision: isName(model_sha) ? model_sha : null,
    batch: Math.min(isCount(max_client_batch_size) ? max_client_batch_size : usualBatch, maxTexts, mostTexts),
    maxCharacters: Math.min(mostCharacters, charactersPerToken * tokens),
  };
}

/** It stands in messages and artifacts. */
const isName = (value: unknown): value is string => typeof value === 'string' && /^\P{C}{1,300}$/u.test(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
