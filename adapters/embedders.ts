import type { SearchSpec } from '../climb/spec/search-file.ts';
import { BadEndpoint } from './endpoint-failure.ts';
import { profileNamed, routeOf, tokenOf, type EndpointProfile } from './endpoint-profiles.ts';
import { ServedEmbedder, type Embedder } from './served-embedder.ts';

/** What a search file says of a served embedding. */
export type ServedEmbedding = Pick<SearchSpec['embedding'], 'kind' | 'endpoint' | 'model'>;

/** The provider's limits are its own; more at once only gives more 429s. */
const hosted = { concurrency: 2, timeoutSeconds: 60 };

/**
 * The embedders that this worker reaches, one for each profile and hosted model, so that all searches together keep to
 * a profile's concurrency.
 */
export class Embedders {
  readonly #profiles: Readonly<Record<string, EndpointProfile>>;
  readonly #env: NodeJS.ProcessEnv;
  readonly #open = new Map<string, Embedder>();

  constructor(profiles: Readonly<Record<string, EndpointProfile>>, env: NodeJS.ProcessEnv = process.env) {
    this.#profiles = profiles;
    this.#env = env;
  }

  /** @throws BadEndpoint for a profile that the worker doesn't have, or a token that its environment lacks */
  of({ kind, endpoint = 'default', model = '' }: ServedEmbedding): Embedder {
    const key = kind === 'endpoint' ? `endpoint ${endpoint}` : `model ${model}`;
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const embedder = new ServedEmbedder(kind === 'endpoint' ? this.#served(endpoint) : this.#hosted(model));
    this.#open.set(key, embedder);
    return embedder;
  }

  #served(name: string) {
    const profile = profileNamed(this.#profiles, name);
    const { concurrency, timeoutSeconds, maxTexts } = profile;
    return {
      who: `the embedding endpoint "${name}"`,
      concurrency,
      timeoutSeconds,
      maxTexts,
      token: tokenOf(profile, this.#env),
      endpoint: name,
      routes: { embed: routeOf(profile, 'embed'), info: routeOf(profile, 'info') },
    };
  }

  #hosted(model: string) {
    const token = this.#env['HF_TOKEN'];
    if (token === undefined || token === '') {
      throw new BadEndpoint(
        "the environment variable HF_TOKEN is not set, and Hugging Face's provider answers nobody without a token; set it for the worker and start it again",
      );
    }
    return { who: "Hugging Face's provider", ...hosted, token, endpoint: null, model };
  }
}
