import { InferenceClient } from '@huggingface/inference';
import type { ServedModel } from '../climb/corpus/corpus-artifacts.ts';
import { BadEmbedding, vectorsOf } from './embedding-answer.ts';
import { BadEndpoint, EndpointUnavailable } from './endpoint-failure.ts';
import { servedModelInfo, usualLimits } from './served-model-info.ts';
import { askInBatches } from './text-batches.ts';
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
  /** Texts of a request at most, as the profile limits them. */
  readonly maxTexts?: number | undefined;
};

/** Documents embedded by text-embeddings-inference, or by what speaks like it, or by the hosted provider. */
export class ServedEmbedder implements Embedder {
  readonly concurrency: number;
  readonly #options: ServedEmbedderOptions;
  readonly #requests: EndpointRequests;
  readonly #client: InferenceClient;
  #batch = usualLimits.batch;

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
    const { routes, token, endpoint, model = '', who, maxTexts } = this.#options;
    const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const info =
      routes === undefined
        ? { model, revision: null, ...usualLimits }
        : servedModelInfo(await this.#requests.json(routes.info, { headers }, signal), who, maxTexts);
    this.#batch = info.batch;
    const { dimensions } = await this.#ask(['climb'], info, signal);
    return {
      schema: 1,
      kind: routes === undefined ? 'hf-inference-model' : 'endpoint-model',
      dimensions,
      model: info.model,
      revision: info.revision,
      endpoint,
      maxCharacters: info.maxCharacters,
    };
  }

  async embed(texts: readonly string[], model: ServedModel, signal: AbortSignal): Promise<Float32Array> {
    const ask = async (batch: readonly string[], until: AbortSignal) => (await this.#ask(batch, model, until)).vectors;
    const vectors = new Float32Array(texts.length * model.dimensions);
    let first = 0;
    for (const part of await askInBatches(texts, this.#batch, signal, ask)) {
      vectors.set(part, first);
      first += part.length;
    }
    return vectors;
  }

  async #ask(texts: readonly string[], expected: { model: string; dimensions?: number }, signal: AbortSignal) {
    const { who, model, routes } = this.#options;
    let answer: unknown;
    const fetchJson: typeof fetch = async (url, request) => {
      const found = await this.#requests.json(addressOf(url), request ?? {}, signal);
      // The client first asks the hosted provider which models it has.
      if (request?.method === 'POST') answer = found;
      return new Response(JSON.stringify(found), { headers: { 'content-type': 'application/json' } });
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
    return vectorsOf(answer, `${who} (${expected.model})`, texts.length, expected.dimensions);
  }
}

const addressOf = (url: Parameters<typeof fetch>[0]) =>
  typeof url === 'string' ? url : 'url' in url ? url.url : url.href;

const ours = [BadEmbedding, BadEndpoint, EndpointUnavailable, UnreadableAnswer];
