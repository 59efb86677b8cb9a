import type { Problem } from './problem.ts';

/**
 * What JSON can say and no part of a search may come to hold: a key `__proto__`, which objects and schemas swallow in
 * silence, and half a surrogate pair, which has no UTF-8 form and so no content key. Nesting may be of any depth.
 */
export function jsonHazards(value: unknown): Problem[] {
  const problems: Problem[] = [];
  const open: { path: string; value: unknown }[] = [{ path: '', value }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, value } = next;
    if (typeof value === 'string' && loneSurrogate.test(value)) {
      problems.push({
        path: path || '(all of it)',
        message: 'half of a surrogate pair: no Unicode text, and no file can hold it; retype it',
      });
    }
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, entry] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (key === '__proto__' || loneSurrogate.test(key)) {
        problems.push({
          path: at,
          message: 'not a name that a field can have; it would be lost in silence; rename it',
        });
      } else open.push({ path: at, value: entry });
    }
  }
  return problems;
}

const loneSurrogate = /\p{Surrogate}/u;
