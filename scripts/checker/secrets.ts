import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Invariant } from './evidence.ts';
import { filesBelow } from './files.ts';
import { payloadsOf } from './history.ts';
import { processesWith } from './processes.ts';

/** I8: a secret stands in no payload, failure, log, artifact or command line. */
export const secretsStay: Invariant = async ({ home, runs, canary, mark, commandLines = [] }) => {
  if (canary === undefined) return [];
  const wrong: string[] = [];
  const told = JSON.stringify(runs) + JSON.stringify(payloadsOf(runs));
  if (told.includes(canary)) wrong.push('the secret stands in the history');
  for (const path of await filesBelow(home)) {
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    if (content.includes(canary)) wrong.push(`the secret stands in ${relative(home, path)}`);
  }
  for (const command of commandLines.filter((line) => line.includes(canary))) {
    wrong.push(`the secret stood in a command line: ${command.replaceAll(canary, '…')}`);
  }
  for (const { pid, command } of mark === undefined ? [] : await processesWith(mark)) {
    if (command.includes(canary)) wrong.push(`the secret stands in the command line of process ${pid}`);
  }
  return wrong;
};
