import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of so many megabytes, in memory. */
export function mountSmallDisk(path: string, megabytes: number): void {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'pipe' });
}

export const unmount = (path: string) => execFileSync('umount', ['--lazy', path], { stdio: 'pipe' });

/** Whether this process may mount one: as root on Linux, where the machine allows it. */
export const canMount = (() => {
  const path = mkdtempSync(join(tmpdir(), 'climb-mount-'));
  try {
    mountSmallDisk(path, 1);
    unmount(path);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { recursive: true });
  }
})();

/** Takes all room but so many bytes; @returns what gives it back. */
export async function fillDisk(path: string, leaving = 0): Promise<() => Promise<void>> {
  const { bavail, bsize } = statfsSync(path);
  const ballast = join(path, 'ballast');
  // Others write meanwhile; where they were quicker the disk is as full as it should be.
  await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leaving))).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
    },
  );
  return () => rm(ballast);
}
