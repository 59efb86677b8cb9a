import { contentKey } from '../../climb/content-key.ts';
import type { RunFolders } from '../../adapters/run-folders.ts';
import type { Trainer } from '../../adapters/trainer.ts';

/**
 * Name of the folder in which a trainer works on a group. It follows from all that was asked for, so that the next
 * attempt finds it, whatever the ledger has learnt since; and from the device, on which the trainer's own claim on the
 * folder depends, though no result does: a profile that moves to another device begins anew instead of being refused.
 */
export function groupRun({ device }: Pick<Trainer, 'device'>, wanted: readonly { readonly key: string }[]): string {
  return contentKey({ device, members: wanted.map(({ key }) => key) });
}

/**
 * Those that the ledger doesn't know, each once. A group that an earlier attempt began goes on with all that it began
 * with, also where some are in the ledger by now: its checkpoint, or its result, is one.
 */
export async function membersToRun<Member extends { readonly key: string }>(
  runs: RunFolders,
  run: string,
  wanted: readonly Member[],
  known: { has(key: string): boolean },
): Promise<Member[]> {
  const distinct = [...new Map(wanted.map((member) => [member.key, member])).values()];
  const unknown = distinct.filter(({ key }) => !known.has(key));
  const begun = new Set((await runs.readSpec<{ members: { id: string }[] }>(run))?.members.map(({ id }) => id));
  if (unknown.every(({ key }) => begun.has(key))) return distinct.filter(({ key }) => begun.has(key));
  await runs.remove(run);
  return unknown;
}
