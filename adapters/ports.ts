import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Where free ports are looked for: below those that the kernel hands out by itself (32,768 and up on Linux, 49,152
 * elsewhere). A port from there could be given, before its server listens, to any outgoing connection or to one of the
 * inner services of a Temporal dev server, which asks the kernel for theirs: the dev server then ends in a panic.
 */
const LOWEST = 15_000;
const HIGHEST = 32_000;

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

/** Whether a server could listen on this port of 127.0.0.1 now. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

/** Ports of 127.0.0.1 that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isPortFree(port)) found.add(port);
  }
  return [...found];
}
