import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Processes that Linux killed for want of memory since it started; 0 as well where that can't be read. */
export type OomKills = { readonly machine: number; readonly cgroup: number };

type ReadText = (path: string) => Promise<string>;

/**
 * Reads the counters of the machine and of the cgroup (version 2) that this process runs in. A container may see one of
 * them alone.
 */
export async function oomKills(read: ReadText = (path) => readFile(path, 'utf8')): Promise<OomKills> {
  const readOrNothing = (path: string) => read(path).catch(() => '');
  const [vmstat, membership] = await Promise.all(['/proc/vmstat', '/proc/self/cgroup'].map(readOrNothing));
  const cgroup = /^0::(.*)$/m.exec(membership ?? '')?.[1] ?? '/';
  const events = await readOrNothing(join('/sys/fs/cgroup', cgroup, 'memory.events'));
  return { machine: killsIn(vmstat ?? ''), cgroup: killsIn(events) };
}

const killsIn = (text: string) => Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);

/** Whether somebody was killed for want of memory between two readings. */
export const grew = (before: OomKills, after: OomKills): boolean =>
  after.machine > before.machine || after.cgroup > before.cgroup;
