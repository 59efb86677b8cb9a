import type { ConnectionSettings } from './temporal-connection.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** What the variables are called that hold something nobody else should read. */
const telling = /TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY/i;

/** Shorter values stand in ordinary text by chance. */
const shortest = 8;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Secrets of a worker, each with the variable that holds it: of its environment, of those that its trainers get, and its
 * key to the server, which may come from a file.
 */
export function secretsOf(
  env: Variables,
  { endpoints, trainers }: Pick<WorkerSettings, 'endpoints' | 'trainers'>,
  { apiKey }: Pick<ConnectionSettings['connectionOptions'], 'apiKey'> = {},
): Map<string, string> {
  const tokens = new Set(Object.values(endpoints).map(({ tokenVariable }) => tokenVariable));
  const connection = typeof apiKey === 'string' ? { 'api_key in temporal.toml': apiKey } : {};
  const variables = [connection, env, ...Object.values(trainers).map((trainer) => trainer.env)].flatMap(
    (all: Variables) => Object.entries(all),
  );
  return new Map(
    variables.flatMap(([name, value]) =>
      value !== undefined && value.length >= shortest && (telling.test(name) || tokens.has(name))
        ? [[value, name] as const]
        : [],
    ),
  );
}

/**
 * The same error without any of the secrets, in its message, its stack, its details and its causes: failures are kept
 * in histories as plain text, for as long as those are kept.
 */
export function redacted(error: unknown, secrets: ReadonlyMap<string, string>): unknown {
  // One that begins with another would keep its end.
  const longestFirst = [...secrets].sort(([one], [other]) => other.length - one.length);
  const hide = (text: string) =>
    longestFirst.reduce((shown, [secret, name]) => shown.replaceAll(secret, `[value of ${name}]`), text);
  const seen = new Set<unknown>();
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return hide(value);
    if (!isOpen(value) || seen.has(value)) return value;
    seen.add(value);
    // Properties of errors can be read-only getters; those hold what other properties say.
    for (const key of [...Object.keys(value), ...(value instanceof Error ? ['message', 'stack', 'cause'] : [])]) {
      const before: unknown = Reflect.get(value, key);
      const after = clean(before);
      if (after !== before) Reflect.set(value, key, after);
    }
    return value;
  };
  return secrets.size === 0 ? error : clean(error);
}

/** Errors and what they carry as data; not sockets, streams and whatever else an error may lead to. */
function isOpen(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof Error || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
