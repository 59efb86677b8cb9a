import { InferenceClient } from '@huggingface/inference';
import type { ServedModel } from '../climb/corpus/corpus-artifacts.ts';
import { BadEmbedding, vectorsOf } from './embedding-answer.ts';
import { BadEndpoint, EndpointUnavailable } from './endpoint-failure.ts';
import { EndpointRequests, UnreadableAnswer, type EndpointConnection } from './endpoint-requests.ts';

/** Vectors of texts, row-major, texts × dimensions, each of unit length. */
export type Embedder = {
  /**
   * Asks the server what it serves, and for the vector of a word.
   * @throws BadEndpoint, BadEmbedding, EndpointUnavailable, UnreadableAnswer
   */
  describe(signal: AbortSignal): Promise<ServedModel>;
  /** @throws as `describe` */
  embed(texts: readonly string[], model: ServedModel, signal: AbortSignal): Promise<Float32Array>;
  /** Requests under way at once. */
  readonly concurrency: number;
};

export type ServedEmbedderOptions = EndpointConnection & {
  readonly token: string | undefined;
  /** Name of the worker's profile. */
  readonly endpoint: string | null;
  /** Addresses of a server of one's own; undefined: the hosted provider. */
  readonly routes?: { readonly embed: string; readonly info: string };
  /** The provider's name of a model. */
  readonly model?: string;
};

/** What a request may hold where the server doesn't say: the limits of text-embeddings-inference. */
const usualBatch = 32;
/** Under its 2 MB, since a proxy may count headers too. */
const requestBytes = 1_500_000;

/** A token is seldom longer, so that what is cut off would not have been looked at. */
const charactersPerToken = 12;
const usualInputLength = 512;
const mostCharacters = 100_000;

/** Documents embedded by text-embeddings-inference, or by what speaks like it, or by the hosted provider. */
export class ServedEmbedder implements Embedder {
  readonly concurrency: number;
  readonly #options: ServedEmbedderOptions;
  readonly #requests: EndpointRequests;
  readonly #client: InferenceClient;
  #batch = usualBatch;

  constructor(options: ServedEmbedderOptions) {
    this.#options = options;
    this.concurrency = options.concurrency;
    this.#requests = new EndpointRequests(options);
    const { token, routes } = options;
    this.#client = new InferenceClient(token, {
      retry_on_error: false,
      ...(routes !== undefined && { endpointUrl: routes.embed }),
    });
  }

  async describe(signal: AbortSignal): Promise<ServedModel> {
    const { routes, token, endpoint, model } = this.#options;
    const info =
      routes === undefined
        ? {}
        : ((await this.#requests.json(
            routes.info,
            { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } },
            signal,
          )) as Info | null);
    const { model_id, model_sha, max_client_batch_size, max_input_length } = info ?? {};
    if (routes !== undefined && typeof model_id !== 'string') {
      throw new BadEndpoint(
        `${this.#options.who} doesn't say which model it serves: expected model_id in the answer of ${routes.info}, found none; vectors of two models can't be told apart later; try a server that speaks text-embeddings-inference`,
      );
    }
    if (isCount(max_client_batch_size)) this.#batch = Math.min(max_client_batch_size, 1024);
    const { dimensions } = await this.#ask(['climb'], undefined, signal);
    return {
      schema: 1,
      kind: routes === undefined ? 'hf-inference-model' : 'endpoint-model',
      dimensions,
      model: model_id ?? model ?? '',
      revision: typeof model_sha === 'string' ? model_sha : null,
      endpoint,
      maxCharacters: Math.min(
        mostCharacters,
        charactersPerToken * (isCount(max_input_length) ? max_input_length : usualInputLength),
      ),
    };
  }

  async embed(texts: readonly string[], { dimensions }: ServedModel, signal: AbortSignal): Promise<Float32Array> {
    const vectors = new Float32Array(texts.length * dimensions);
    // The first failure ends the others: what they would answer is asked for again anyway.
    const failed = new AbortController();
    const until = AbortSignal.any([signal, failed.signal]);
    await Promise.all(
      batchesOf(texts, this.#batch).map(async ({ first, batch }) => {
        try {
          vectors.set((await this.#ask(batch, dimensions, until)).vectors, first * dimensions);
        } catch (error) {
          failed.abort(error);
          throw error;
        }
      }),
    );
    return vectors;
  }

  async #ask(texts: readonly string[], dimensions: number | undefined, signal: AbortSignal) {
    const { who, model, routes } = this.#options;
    let answer: unknown;
    const fetchJson: typeof fetch = async (url, request) => {
      answer = await this.#requests.json(addressOf(url), request ?? {}, signal);
      return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
    };
    try {
      await this.#client.featureExtraction(
        {
          inputs: [...texts],
          normalize: true,
          truncate: true,
          ...(routes === undefined && { provider: 'hf-inference' as const, model: model ?? '' }),
        },
        { fetch: fetchJson, retry_on_error: false, signal },
      );
    } catch (error) {
      signal.throwIfAborted();
      // The client's own errors quote the request. Ours say what happened; of an answer it can't read we look ourselves.
      if (ours.some((kind) => error instanceof kind)) throw error;
      if (answer === undefined) {
        throw new BadEndpoint(
          `${who} can't be asked: @huggingface/inference refused the request (${(error as Error).name}); check the model's name and that the provider serves it`,
        );
      }
    }
    return vectorsOf(answer, model === undefined ? who : `${who} (${model})`, texts.length, dimensions);
  }
}

const addressOf = (url: Parameters<typeof fetch>[0]) =>
  typeof url === 'string' ? url : 'url' in url ? url.url : url.href;

const ours = [BadEmbedding, BadEndpoint, EndpointUnavailable, UnreadableAnswer];

type Info = {
  readonly model_id?: string;
  readonly model_sha?: string | null;
  readonly max_client_batch_size?: number;
  readonly max_input_length?: number;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** Consecutive texts, so many and so large that a server takes them at once. */
function batchesOf(texts: readonly string[], most: number): { first: number; batch: string[] }[] {
  const batches: { first: number; batch: string[] }[] = [];
  let bytes = Infinity;
  for (const [at, text] of texts.entries()) {
    const size = Buffer.byteLength(JSON.stringify(text)) + 1;
    const open = batches.at(-1);
    if (open === undefined || open.batch.length >= most || bytes + size > requestBytes) {
      batches.push({ first: at, batch: [text] });
      bytes = size;
    } else {
      open.batch.push(text);
      bytes += size;
    }
  }
  return batches;
}
