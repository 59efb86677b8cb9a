import * as z from 'zod/mini';
import { BadEndpoint } from './endpoint-failure.ts';

const seconds = z.number().check(z.positive(), z.maximum(3600));

/** A server of embeddings or scores, as the worker's owner describes it in the file that CLIMB_ENDPOINTS names. */
export const endpointProfile = z.strictObject({
  /** Where it listens, without a route; http or https. */
  url: z.url({ protocol: /^https?$/ }),
  /** The environment variable of the worker that holds its token. */
  tokenVariable: z.optional(z.string().check(z.minLength(1))),
  /** Texts of a request at most, where the server's own limit is more than what stands before it lets through. */
  maxTexts: z.optional(z.int().check(z.minimum(1), z.maximum(1024))),
  /** Requests under way at once. */
  concurrency: z._default(z.int().check(z.minimum(1), z.maximum(256)), 2),
  /** An answer that takes longer has failed. */
  timeoutSeconds: z._default(seconds, 60),
});

export type EndpointProfile = z.output<typeof endpointProfile>;

/** The profile `default` where the worker's owner says nothing: `npm run embed-server`. */
export const localEndpoint: EndpointProfile = { url: 'http://127.0.0.1:8090', concurrency: 2, timeoutSeconds: 60 };

/** @throws BadEndpoint for a name that the worker doesn't have */
export function profileNamed(profiles: Readonly<Record<string, EndpointProfile>>, name: string): EndpointProfile {
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile !== undefined) return profile;
  throw new BadEndpoint(
    `no endpoint profile "${name}" on this worker (it has ${Object.keys(profiles).join(', ')}); a search can't name an address, only a profile that the worker's owner configured in CLIMB_ENDPOINTS`,
  );
}

/**
 * The token of a profile, undefined where it needs none.
 * @throws BadEndpoint where the variable isn't set
 */
export function tokenOf({ tokenVariable }: EndpointProfile, env: NodeJS.ProcessEnv): string | undefined {
  if (tokenVariable === undefined) return undefined;
  const token = env[tokenVariable];
  if (token !== undefined && token !== '') return token;
  throw new BadEndpoint(
    `the environment variable ${tokenVariable} is not set, and the endpoint's profile says that it holds its token; set it for the worker and start it again`,
  );
}

/** A route of the server. */
export const routeOf = ({ url }: EndpointProfile, route: string): string => `${url.replace(/\/+$/, '')}/${route}`;
