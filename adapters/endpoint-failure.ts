/** A server that is away, busy or failing for now: the same request may succeed later. */
export class EndpointUnavailable extends Error {
  override name = 'EndpointUnavailable';
  /** Milliseconds after which the server wants to be asked again; undefined where it didn't say. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** A server that refuses a request or answers it wrongly: asked again it would do the same. */
export class BadEndpoint extends Error {
  override name = 'BadEndpoint';
}

/** What a status means to people; neither bodies nor texts are shown, since a body may quote what was sent. */
const refusals: Readonly<Record<number, string>> = {
  401: "it wants a token, or another one; put it into the environment variable that the profile's tokenVariable names",
  403: "it wants a token, or another one; put it into the environment variable that the profile's tokenVariable names",
  404: "there is no such route; check the profile's url, and that the server serves a model of this kind",
  413: "the request is too large; lower the profile's maxTexts, or raise the limit (--payload-limit, or that of a proxy before the server)",
  422: 'it takes the texts for invalid; check that the server truncates, and its limits',
};

/** Longest wait that a server may ask for: an hour would look like a search that hangs. */
const longestWait = 600_000;

/**
 * What an HTTP status other than 2xx means: 408, 424 (the model behind TEI failed), 429 and 5xx pass, others don't.
 * @param who names the endpoint: `the quality endpoint "default"`
 * @param retryAfter the header's value @param now milliseconds since 1970
 */
export function statusFailure(
  who: string,
  status: number,
  retryAfter: string | null,
  now: number = Date.now(),
): EndpointUnavailable | BadEndpoint {
  if (status === 408 || status === 424 || status === 429 || status >= 500) {
    const wait = waitFrom(retryAfter, now);
    const said = wait === undefined ? '' : ` and asks to wait ${Math.ceil(wait / 1000)} s`;
    return new EndpointUnavailable(`${who} answered ${status}${said}`, wait);
  }
  const reason = refusals[status] ?? "expected 200; check the profile's url and the server's log";
  return new BadEndpoint(`${who} answered ${status}: ${reason}`);
}

/**
 * What it means that no answer came: connection refused or reset, a name that isn't known, an answer cut short.
 * @param error what `fetch` or the reading of its body threw @param seconds that were waited at most
 */
export function transportFailure(who: string, error: unknown, seconds: number): EndpointUnavailable {
  const { name, cause } = error as Error & { cause?: { code?: unknown } };
  if (name === 'TimeoutError') {
    return new EndpointUnavailable(
      `${who} gave no answer in ${seconds} s; if it always needs longer, raise the profile's timeoutSeconds or lower its concurrency`,
    );
  }
  const code = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
  return new EndpointUnavailable(
    `${who} can't be reached, or its answer broke off${code}; check that it runs and the profile's url`,
  );
}

/** Retry-After is seconds or a date (RFC 9110, 10.2.3). */
function waitFrom(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const wait = /^\s*\d+\s*$/.test(header) ? 1000 * Number(header) : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(longestWait, Math.max(0, wait));
}
