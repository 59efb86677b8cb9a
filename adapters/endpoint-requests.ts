import { BadEndpoint, statusFailure, transportFailure } from './endpoint-failure.ts';

/** An answer that can't be read: asked again the server may do better, but not for ever. */
export class UnreadableAnswer extends Error {
  override name = 'UnreadableAnswer';
}

export type EndpointConnection = {
  /** How messages call it: `the embedding endpoint "default"`. */
  readonly who: string;
  readonly timeoutSeconds: number;
  /** Requests under way at once. */
  readonly concurrency: number;
};

/** Bytes of an answer: 32 vectors of 4096 numbers as JSON are 3 MB. */
const longestAnswer = 64 << 20;

/**
 * Requests to one server: so many at once, each with a timeout, answers of bounded size. Nothing is tried again here, and
 * no error holds what was sent or answered.
 */
export class EndpointRequests {
  readonly #connection: EndpointConnection;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(connection: EndpointConnection) {
    this.#connection = connection;
  }

  /**
   * The JSON that the server answers.
   * @throws EndpointUnavailable, BadEndpoint, UnreadableAnswer; the signal's reason where it was aborted
   */
  async json(url: string, request: RequestInit, signal: AbortSignal): Promise<unknown> {
    return this.#inTurn(signal, () => this.#ask(url, request, signal));
  }

  async #ask(url: string, request: RequestInit, signal: AbortSignal): Promise<unknown> {
    const { who, timeoutSeconds } = this.#connection;
    const limits = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
    let response: Response;
    let body: string;
    try {
      // A redirect would carry texts and token to a place that nobody named.
      response = await fetch(url, { ...request, redirect: 'manual', signal: limits });
      body = response.ok ? await readBounded(response, who) : '';
      if (!response.ok) await response.body?.cancel();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UnreadableAnswer) throw error;
      throw transportFailure(who, limits.aborted ? limits.reason : error, timeoutSeconds);
    }
    if (response.status >= 300 && response.status < 400) {
      throw new BadEndpoint(
        `${who} answered ${response.status}, a redirect, which would carry texts and token elsewhere; put the final address into the profile's url`,
      );
    }
    if (!response.ok) throw statusFailure(who, response.status, response.headers.get('retry-after'));
    try {
      return parsed(body);
    } catch {
      const kind = response.headers.get('content-type')?.split(';')[0] ?? 'no content type';
      throw new UnreadableAnswer(
        `${who} answered 200 with what is no JSON: expected a list, got ${body.length} characters (${kind.slice(0, 60).replace(/[^\w/+. -]/g, '')}); check the profile's url, and what stands between it and the worker`,
      );
    }
  }

  async #inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#running >= this.#connection.concurrency) await this.#place(signal);
    else this.#running++;
    try {
      return await work();
    } finally {
      // Whoever waited longest takes over the place.
      const [next] = this.#waiting;
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #place(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(enter);
        reject(signal.reason as Error);
      };
      const enter = () => {
        this.#waiting.delete(enter);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.add(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}

/** JSON, also with NaN and Infinity in it, which Python writes: they are for the reader of the answer to refuse. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return JSON.parse(body.replace(/\b(?:NaN|Infinity)\b/g, '1e999'));
  }
}

async function readBounded(response: Response, who: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  // What is announced as too long isn't begun.
  let bytes = Number(response.headers.get('content-length'));
  if (bytes <= longestAnswer) {
    bytes = 0;
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > longestAnswer) break;
      chunks.push(chunk);
    }
  }
  if (bytes <= longestAnswer) return Buffer.concat(chunks).toString('utf8');
  await response.body?.cancel();
  throw new UnreadableAnswer(
    `${who} answered more than ${longestAnswer} bytes, which no answer needs; check the profile's url`,
  );
}
