import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Invariant } from './evidence.ts';
import { happenings } from './history.ts';
import { followProxies, membersOf, type Stand } from './proxies.ts';

/** I1: every accepted proxy has one result and one charge. */
export const oneResult: Invariant = async ({ home, runs }, recipe) => {
  const wrong: string[] = [];
  const results = new Map<string, number>();
  const paid = new Map<string, number>();
  const refused = new Map<string, number>();
  const keys = new Map<string, string>();
  let stands: ReadonlyMap<string, Stand> = new Map();
  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

  followProxies(happenings(runs), (step, now) => {
    stands = now;
    if (step.kind === 'message' || step.kind === 'scheduled') return;
    const { type, input } = step.activity;
    if (type === 'trainProxies' && step.kind === 'completed') {
      for (const { id, key = '', fromLedger } of membersOf(step.result)) {
        keys.set(id, key);
        if (!fromLedger) count(paid, id);
      }
    }
    if (type === 'evaluateProxies') {
      // Scored again for other tasks isn't a second result for the same ones.
      const { tasks } = input as { readonly tasks?: unknown };
      for (const { id } of membersOf(input)) {
        if (step.kind === 'completed') count(results, `${id} on ${JSON.stringify(tasks)}`);
        else count(refused, id);
      }
    }
  });

  for (const [name, times] of results) if (times > 1) wrong.push(`${name.split(' on ')[0]} has ${times} results`);
  for (const [id, times] of paid) {
    // Weights that broke are trained anew, which costs again.
    if (times > 1 + (refused.get(id) ?? 0)) wrong.push(`${id} was paid ${times} times`);
  }
  const accepted = [...stands].filter(([, stand]) => stand === 'accepted').map(([id]) => id);
  const { proxies } = recipe.run.charged;
  if (accepted.length !== proxies) wrong.push(`${accepted.length} proxies were accepted, ${proxies} were charged`);
  for (const id of accepted) {
    const entry = join(home, 'ledger', 'proxy', `${keys.get(id)}.json`);
    if (!(await readFile(entry).catch(() => undefined))) wrong.push(`${id} isn't in the ledger (${entry})`);
  }
  return wrong;
};
