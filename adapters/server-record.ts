import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publish } from './publish.ts';

/** What `<home>/server.json` says about the dev server of this state folder. */
export type ServerRecord = {
  pid: number;
  /** The process that stops it. When that one was killed, the next `ensureServer` takes over the duty. */
  owner: number;
  address: string;
  uiAddress: string;
  /** Temporal's name for the database, null until the server has answered: tells our server from a stranger on our port. */
  clusterId: string | null;
};

const pathOf = (home: string): string => join(home, 'server.json');

/** The record, or null when there is none. Synchronous, so that connection settings are plain values. */
export function readServerRecord(home: string): ServerRecord | null {
  try {
    return JSON.parse(readFileSync(pathOf(home), 'utf8')) as ServerRecord;
  } catch {
    return null;
  }
}

export const writeServerRecord = (home: string, record: ServerRecord): Promise<void> =>
  publish(pathOf(home), `${JSON.stringify(record, null, 2)}\n`);

/** Removes the record of this server, and leaves that of any other. */
export async function removeServerRecord(home: string, { pid }: ServerRecord): Promise<void> {
  if (readServerRecord(home)?.pid === pid) await rm(pathOf(home), { force: true });
}
