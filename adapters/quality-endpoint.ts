import { BadEndpoint } from './endpoint-failure.ts';
import { profileNamed, routeOf, tokenOf, type EndpointProfile } from './endpoint-profiles.ts';
import { EndpointRequests } from './endpoint-requests.ts';
import { BadScores, predictionsOf, type Predictions } from './quality-answer.ts';

/** A classifier as it describes itself. */
export type ClassifierDescription = {
  readonly model: string;
  /** Where the server says it. */
  readonly revision: string | null;
  /** Characters of a document that are sent, at most: the model reads no more. */
  readonly maxCharacters: number;
};

export type Classifier = {
  /** Asks the server what it serves. */
  describe(signal: AbortSignal): Promise<ClassifierDescription>;
  /** Scores of texts, in their order. */
  predict(texts: readonly string[], signal: AbortSignal): Promise<Predictions>;
};

/** Under the 2 MB that text-embeddings-inference takes, since a proxy may count headers too. */
const requestBytes = 1_500_000;

/** Texts in a request, and tokens that a model reads, where the server doesn't say them: its usual limits. */
const usualBatch = 32;
const usualInputLength = 512;

/** A token is seldom longer, so that what is cut off would not have been looked at. */
const charactersPerToken = 12;
const mostCharacters = 100_000;

/**
 * A classifier behind text-embeddings-inference, or what speaks its `/info` and `/predict`. The client library gives only
 * the first text's labels, hence plain requests. Nothing is tried again here, and no error quotes a text.
 * @throws BadEndpoint, BadScores, EndpointUnavailable, UnreadableAnswer; the signal's reason where it was aborted
 */
export class QualityEndpoint implements Classifier {
  readonly #who: string;
  readonly #profile: EndpointProfile;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #requests: EndpointRequests;
  #batch = usualBatch;

  constructor(name: string, profile: EndpointProfile, token: string | undefined) {
    this.#who = `the quality endpoint "${name}"`;
    this.#profile = profile;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#requests = new EndpointRequests({ who: this.#who, ...profile });
  }

  async describe(signal: AbortSignal): Promise<ClassifierDescription> {
    const request = { headers: this.#headers };
    const info = (await this.#requests.json(routeOf(this.#profile, 'info'), request, signal)) as Partial<Info> | null;
    const { model_id, model_sha, max_client_batch_size, max_input_length } = info ?? {};
    if (typeof model_id !== 'string') {
      throw new BadEndpoint(
        `${this.#who} doesn't say which model it serves: expected model_id in the answer of /info, found none; scores of two models can't be told apart later; try a server that speaks text-embeddings-inference`,
      );
    }
    if (isCount(max_client_batch_size)) this.#batch = Math.min(max_client_batch_size, 1024);
    const tokens = isCount(max_input_length) ? max_input_length : usualInputLength;
    return {
      model: model_id,
      revision: typeof model_sha === 'string' ? model_sha : null,
      maxCharacters: Math.min(mostCharacters, charactersPerToken * tokens),
    };
  }

  async predict(texts: readonly string[], signal: AbortSignal): Promise<Predictions> {
    // The first failure ends the others: what they would answer is asked for again anyway.
    const failed = new AbortController();
    const until = AbortSignal.any([signal, failed.signal]);
    const answers = await Promise.all(
      batchesOf(texts, this.#batch).map(async (batch) => {
        try {
          return await this.#ask(batch, until);
        } catch (error) {
          failed.abort(error);
          throw error;
        }
      }),
    );
    const labels = answers[0]?.labels ?? [];
    const scores = new Float32Array(texts.length * labels.length);
    let first = 0;
    for (const answer of answers) {
      if (answer.labels.join('\n') !== labels.join('\n')) {
        throw new BadScores(
          `${this.#who} gave other labels in another request: expected the same for all texts, because a label is an axis of quality; check that it serves one classifier`,
        );
      }
      scores.set(answer.scores, first);
      first += answer.scores.length;
    }
    return { labels, scores };
  }

  async #ask(texts: readonly string[], signal: AbortSignal): Promise<Predictions> {
    const request = {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json' },
      // A list for each text: a plain list of two would be one pair.
      body: JSON.stringify({ inputs: texts.map((text) => [text]), truncate: true, raw_scores: false }),
    };
    return predictionsOf(
      await this.#requests.json(routeOf(this.#profile, 'predict'), request, signal),
      this.#who,
      texts.length,
    );
  }
}

/** The classifiers that this worker reaches, each opened once, so that all searches keep to a profile's concurrency. */
export function classifiersOf(
  profiles: Readonly<Record<string, EndpointProfile>>,
  env: NodeJS.ProcessEnv = process.env,
): (name: string) => Classifier {
  const open = new Map<string, Classifier>();
  return (name) => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const profile = profileNamed(profiles, name);
    const classifier = new QualityEndpoint(name, profile, tokenOf(profile, env));
    open.set(name, classifier);
    return classifier;
  };
}

type Info = {
  readonly model_id: string;
  readonly model_sha: string | null;
  readonly max_client_batch_size: number;
  readonly max_input_length: number;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** Consecutive texts, so many and so large that a server takes them at once. */
function batchesOf(texts: readonly string[], most: number): string[][] {
  const batches: string[][] = [];
  let bytes = Infinity;
  for (const text of texts) {
    const size = Buffer.byteLength(JSON.stringify(text)) + 3;
    const open = batches.at(-1);
    if (open === undefined || open.length >= most || bytes + size > requestBytes) {
      batches.push([text]);
      bytes = size;
    } else {
      open.push(text);
      bytes += size;
    }
  }
  return batches;
}
