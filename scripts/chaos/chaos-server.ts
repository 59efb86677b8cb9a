import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../../adapters/ports.ts';
import { readServerRecord } from '../../adapters/server-record.ts';
import { ensureServer } from '../../adapters/temporal-server.ts';

export type ChaosServer = Awaited<ReturnType<typeof startServer>>;

/** A dev server on a database file below `home`, which may be killed and comes back as it was. */
export async function startServer(home: string) {
  const [port, uiPort] = await freePorts(2);
  const { TEMPORAL_ADDRESS: _, ...inherited } = process.env;
  const env = { ...inherited, CLIMB_PORT: String(port), CLIMB_UI_PORT: String(uiPort) };
  let server = await ensureServer({ home, env });
  return {
    address: server.address,
    uiAddress: server.uiAddress,
    /** SIGKILL, and after so many milliseconds another on the same database and port. */
    strike: async (downFor: number) => {
      const pid = readServerRecord(home)?.pid;
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await pause(downFor);
      server = await ensureServer({ home, env });
    },
    stop: () => server.stop(),
  };
}
