import { profileNamed, routeOf, tokenOf, type EndpointProfile } from './endpoint-profiles.ts';
import { EndpointRequests } from './endpoint-requests.ts';
import { servedModelInfo, usualLimits, type ServedModelInfo } from './served-model-info.ts';
import { askInBatches } from './text-batches.ts';
import { BadScores, predictionsOf, type Predictions } from './quality-answer.ts';

/** A classifier as it describes itself. */
export type ClassifierDescription = Pick<ServedModelInfo, 'model' | 'revision' | 'maxCharacters'>;

export type Classifier = {
  /** Asks the server what it serves. */
  describe(signal: AbortSignal): Promise<ClassifierDescription>;
  /** Scores of texts, in their order; `raw`: as the model gives them, before they become probabilities. */
  predict(texts: readonly string[], raw: boolean, signal: AbortSignal): Promise<Predictions>;
};

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
  #batch = usualLimits.batch;

  constructor(name: string, profile: EndpointProfile, token: string | undefined) {
    this.#who = `the quality endpoint "${name}"`;
    this.#profile = profile;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#requests = new EndpointRequests({ who: this.#who, ...profile });
  }

  async describe(signal: AbortSignal): Promise<ClassifierDescription> {
    const answer = await this.#requests.json(routeOf(this.#profile, 'info'), { headers: this.#headers }, signal);
    const info = servedModelInfo(answer, this.#who, this.#profile.maxTexts);
    this.#batch = info.batch;
    return info;
  }

  async predict(texts: readonly string[], raw: boolean, signal: AbortSignal): Promise<Predictions> {
    const answers = await askInBatches(texts, this.#batch, signal, (batch, until) => this.#ask(batch, raw, until));
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

  async #ask(texts: readonly string[], raw: boolean, signal: AbortSignal): Promise<Predictions> {
    const request = {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json' },
      // A list for each text: a plain list of two would be one pair.
      body: JSON.stringify({ inputs: texts.map((text) => [text]), truncate: true, raw_scores: raw }),
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
