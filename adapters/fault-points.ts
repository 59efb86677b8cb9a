import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Places in the worker's own code; the trainer's (`train.step` and others) are in climb_trainer/faults.py. */
export const faultPlaces = [
  'ingest.afterShard',
  'embed.afterBatch',
  'cluster.beforePublish',
  'train.spawn',
  'refit.after',
  'prune.before',
  'report.beforePublish',
  // Every step that makes a file durable: its bytes, and its name.
  'publish',
] as const;

export type FaultPlace = (typeof faultPlaces)[number];

/** Where a test can break the worker. */
export type FaultPoints = {
  /** @throws what the fault planned for here throws; most often it does nothing. */
  point(place: FaultPlace): Promise<void>;
};

/** A mistake in CLIMB_FAULTS: a test that breaks nothing would pass. */
export class BadFaultPlan extends Error {
  override name = 'BadFaultPlan';
}

const signals: Readonly<Record<string, NodeJS.Signals>> = { kill: 'SIGKILL', term: 'SIGTERM', freeze: 'SIGSTOP' };
const kinds = [...Object.keys(signals), 'hang', 'enospc', 'eio', 'crash', 'delay=500'];

type Entry = { readonly text: string; readonly place: string; readonly kind: string; readonly count: number };

let plan = { text: '', entries: [] as readonly Entry[] };
const passes = new Map<string, number>();

/**
 * Inert and free unless CLIMB_FAULTS is set. `CLIMB_FAULTS="ingest.afterShard:kill:2,publish:enospc"` kills this process
 * the second time that it passes the first place, and lets the first write fail as on a full disk. Kinds: kill, term
 * (SIGTERM to itself), freeze (SIGSTOP), hang (never returns), enospc, eio, crash (a plain error), delay=500
 * (milliseconds). Passes are counted from the moment at which the plan was set. With CLIMB_FAULTS_DONE, a folder, each
 * entry strikes once only, however often the process is started again: who takes its name there strikes.
 */
export const faultPoints: FaultPoints = {
  async point(place) {
    const text = process.env['CLIMB_FAULTS'];
    if (!text) return;
    if (text !== plan.text) {
      plan = { text, entries: text.split(',').map((entry) => parsed(entry.trim())) };
      passes.clear();
    }
    const passed = (passes.get(place) ?? 0) + 1;
    passes.set(place, passed);
    for (const entry of plan.entries) {
      if (entry.place === place && entry.count === passed && takeTurn(entry)) await strike(entry);
    }
  },
};

/** @throws BadFaultPlan */
function parsed(text: string): Entry {
  const [place = '', kind = '', count = '1'] = text.split(':');
  const known = (faultPlaces as readonly string[]).includes(place) && kinds.some((one) => alike(one, kind));
  if (known && /^[1-9]\d*$/.test(count)) return { text, place, kind, count: Number(count) };
  throw new BadFaultPlan(
    `CLIMB_FAULTS has an entry that breaks nothing: expected place:kind or place:kind:count, got ${JSON.stringify(text)}; places are ${faultPlaces.join(', ')}; kinds are ${kinds.join(', ')}`,
  );
}

const alike = (example: string, kind: string) => example.replace(/\d+/, '') === kind.replace(/\d+/, '');

/** Whether this entry hasn't struck yet. Of several processes that get here at once one takes its name. */
function takeTurn({ text }: Entry): boolean {
  const folder = process.env['CLIMB_FAULTS_DONE'];
  if (!folder) return true;
  mkdirSync(folder, { recursive: true });
  try {
    closeSync(openSync(join(folder, text), 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function strike({ text, kind }: Entry): Promise<void> {
  writeSync(2, `climb worker: fault ${text}\n`);
  const signal = signals[kind];
  if (signal !== undefined) process.kill(process.pid, signal);
  else if (kind === 'hang') await new Promise(() => undefined);
  else if (kind.startsWith('delay=')) await pause(Number(kind.slice('delay='.length)));
  else if (kind === 'crash') throw new Error(`injected at ${text}`);
  else {
    const code = kind.toUpperCase();
    throw Object.assign(new Error(`${code}: injected at ${text}`), { code });
  }
}
