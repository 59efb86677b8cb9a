import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const SERVING_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

/**
 * Waits until a dev server's default namespace answers: its port is open well before that.
 * @param alive whether there is still a server to wait for
 * @returns Temporal's name for the server's database; null when the server ends or takes longer than SERVING_WITHIN_MS
 */
export async function clusterIdOnceServing(address: string, alive: () => boolean): Promise<string | null> {
  for (
    const deadline = performance.now() + SERVING_WITHIN_MS;
    alive() && performance.now() < deadline;
    await pause(LOOK_EVERY_MS)
  ) {
    const clusterId = await askClusterId(address).catch(() => null);
    if (clusterId !== null) return clusterId;
  }
  return null;
}

async function askClusterId(address: string): Promise<string> {
  const connection = await Connection.connect({ address, connectTimeout: '1s' });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return (await connection.workflowService.getClusterInfo({})).clusterId;
  } finally {
    await connection.close();
  }
}
