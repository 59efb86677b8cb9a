import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommandProblem } from './run-command.ts';

/** Where a command is to write, looked at before the work: an hour of reading must not end at a slip of the pen. */

/**
 * A folder that is there and can be written to, or that can be made.
 * @returns its absolute path
 * @throws CommandProblem
 */
export async function destinationFolder(to: string): Promise<string> {
  const folder = resolve(to);
  let place = folder;
  let found = await kindOf(place);
  // The root is always there.
  while (found === 'nothing') {
    place = dirname(place);
    found = await kindOf(place);
  }
  if (found === 'file') {
    throw new CommandProblem(
      `can't write into ${folder}: ${place === folder ? 'it' : place} is a file where a folder is needed. Try: another --to`,
    );
  }
  await access(place, constants.W_OK | constants.X_OK).catch((error: Error) => {
    throw new CommandProblem(
      `can't write into ${folder} (${error.message}). Try: another --to, or the right to write there`,
    );
  });
  return folder;
}

/** A file to write or replace. @returns its absolute path @throws CommandProblem */
export async function destinationFile(to: string): Promise<string> {
  const file = resolve(to);
  if ((await kindOf(file)) === 'folder') {
    throw new CommandProblem(
      `${file} is a folder where a file is needed. Try: --to ${to.replace(/\/*$/, '')}/NAME.jsonl`,
    );
  }
  await destinationFolder(dirname(file));
  return file;
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw new CommandProblem(`can't look at ${path} (${message}). Try: another --to`);
  }
}
