import { Client, Connection, type WorkflowClientInterceptor } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { lateQuery } from '../climb/search/late-query.ts';
import { readServerRecord } from './server-record.ts';

const DEFAULT_PORT = '7233';
const CONNECT_TIMEOUT = '5s';
const QUERY_TRIES = 3;

/** Accepted by the client's `Connection.connect` and by the worker's `NativeConnection.connect` alike. */
export type ConnectionSettings = {
  connectionOptions: ClientConnectConfig['connectionOptions'] & { address: string };
  namespace: string;
};

/** The server can't be reached; the message says which address was tried, where it came from and what to do. */
export class NoServer extends Error {
  override name = 'NoServer';
}

/**
 * Where Temporal is, read as the `temporal` CLI reads it: TEMPORAL_* first, then `temporal.toml`.
 * Without an address there, the dev server of this state folder; without one, where it would listen.
 */
export function connectionSettings(home: string, env: NodeJS.ProcessEnv = process.env): ConnectionSettings {
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: definedOnly(env) });
  const local = `127.0.0.1:${env['CLIMB_PORT'] || DEFAULT_PORT}`;
  const address = connectionOptions.address ?? readServerRecord(home)?.address ?? local;
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? 'default' };
}

/**
 * A client on a live connection; close it with `client.connection.close()`.
 * @throws {NoServer}
 */
export async function connectClient({
  connectionOptions,
  namespace,
}: ConnectionSettings): Promise<Client & { connection: Connection }> {
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT });
    const interceptors = { workflow: [{ query: askAgain }] };
    return Object.assign(new Client({ connection, namespace, interceptors }), { connection });
  } catch (error) {
    throw new NoServer(
      `no Temporal server answers at ${connectionOptions.address} (${(error as Error).message}). Searches live there, so nothing can be started or read. ` +
        'Try: `npm run dev` in another terminal, or name a running server in TEMPORAL_ADDRESS.',
    );
  }
}

/** A query that came too late for its answer to be of use is asked again. */
async function askAgain(...[input, next]: Parameters<NonNullable<WorkflowClientInterceptor['query']>>) {
  for (let tries = 1; ; tries++) {
    try {
      return await next(input);
    } catch (error) {
      if (tries === QUERY_TRIES || !(error as Error).message.includes(lateQuery)) throw error;
    }
  }
}

/** `env` without unset variables, as envconfig's types ask. */
const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
