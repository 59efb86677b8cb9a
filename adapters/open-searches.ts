import type { Client } from '@temporalio/client';
import { namedHashes } from '../climb/housekeeping/named-hashes.ts';

/** A search, or an assignment of later files, that isn't over, and every artifact that its history names. */
export type OpenSearch = { readonly search: string; readonly names: ReadonlySet<string> };

/** Those of a server that run or wait: whatever activities answered, and what a new run was given, is in their histories. */
export async function openSearches(client: Client): Promise<OpenSearch[]> {
  const found: OpenSearch[] = [];
  const query = 'WorkflowType IN ("climbSearch", "assignDomains") AND ExecutionStatus = "Running"';
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push({ search: workflowId, names: new Set((events ?? []).flatMap((event) => [...namedIn(event)])) });
  }
  return found;
}

/** Payloads are bytes, wherever they stand in an event. */
function namedIn(value: unknown): Set<string> {
  if (value instanceof Uint8Array) return namedHashes(Buffer.from(value).toString('latin1'));
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.values(value).flatMap((inner) => [...namedIn(inner)]));
}
