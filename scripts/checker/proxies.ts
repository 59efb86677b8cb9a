import type { Happening } from './history.ts';

type Member = { readonly id: string; readonly key?: string; readonly weights?: unknown; readonly fromLedger?: boolean };

/** Where a proxy stands: `free` was lost or handed back, and may be tried again. */
export type Stand = 'flying' | 'free' | 'accepted';

/** Trained once and for all before the proxies; it counts as one and isn't scored. */
const trunk = 'trunk';

/** Follows every proxy through what happened, and tells after each step. */
export function followProxies(
  happened: readonly Happening[],
  onStep: (step: Happening, stands: ReadonlyMap<string, Stand>) => void,
): void {
  const stands = new Map<string, Stand>();
  for (const step of happened) {
    if (step.kind !== 'message') {
      for (const [id, stand] of moved(step)) {
        // A branch scores its parent's proxies on other tasks, and begins none of them.
        const begun = stands.has(id) || step.kind === 'scheduled';
        if (begun && stands.get(id) !== 'accepted') stands.set(id, stand);
      }
    }
    onStep(step, stands);
  }
}

function moved(step: Exclude<Happening, { kind: 'message' }>): [string, Stand][] {
  const { type } = step.activity;
  if (type !== 'trainProxies' && type !== 'evaluateProxies') return [];
  const all = (stand: Stand) => membersOf(step.activity.input).map(({ id }): [string, Stand] => [id, stand]);
  if (step.kind === 'scheduled') return type === 'trainProxies' ? all('flying') : [];
  if (step.kind === 'lost') return all('free');
  if (type === 'evaluateProxies') return all('accepted');
  return membersOf(step.result).flatMap(({ id, weights }): [string, Stand][] =>
    weights === null || id === trunk ? [[id, 'accepted']] : [],
  );
}

/** Members of an activity's input or result. */
export function membersOf(value: unknown): readonly Member[] {
  return (value as { readonly members?: readonly Member[] } | undefined)?.members ?? [];
}
