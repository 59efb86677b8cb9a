import type { Problem } from './problem.ts';

/** Deeper than any file of ours, and shallow enough for every reader. */
const deepest = 64;

type Open = { readonly path: string; readonly keys: Set<string> | null; at: number; key: string };

/**
 * What the text of a JSON file says and reading it as JSON loses in silence: a key that stands twice in an object (the
 * first is dropped), a whole number beyond 2^53 (its last digits change), one that is infinite; and nesting that some
 * reader's stack may not hold, at which it stops looking.
 * @param text valid JSON
 */
export function jsonTextProblems(text: string): Problem[] {
  const problems: Problem[] = [];
  const open: Open[] = [];
  let awaitsKey = false;
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[-\w.+]+/g)) {
    const inside = open.at(-1);
    if (token === '{' || token === '[') {
      open.push({ path: pathIn(inside), keys: token === '{' ? new Set() : null, at: 0, key: '' });
      awaitsKey = token === '{';
      if (open.length > deepest) {
        const message = `nested deeper than ${deepest} levels, which no field needs; leave it out`;
        return [...problems, { path: pathIn(inside).slice(0, 60), message }];
      }
    } else if (token === '}' || token === ']') {
      open.pop();
      awaitsKey = false;
    } else if (token === ',') {
      if (inside) inside.at += 1;
      awaitsKey = inside?.keys !== null;
    } else if (token === ':') {
      awaitsKey = false;
    } else if (awaitsKey && inside?.keys) {
      inside.key = JSON.parse(token) as string;
      if (inside.keys.has(inside.key)) {
        problems.push({
          path: pathIn(inside),
          message: 'stands there twice: the first would be ignored; leave one out',
        });
      }
      inside.keys.add(inside.key);
    } else if (/^-?\d/.test(token)) {
      const lost = lossIn(token);
      if (lost !== null) problems.push({ path: pathIn(inside), message: lost });
    }
  }
  return problems;
}

function lossIn(token: string): string | null {
  const value = Number(token);
  if (!Number.isFinite(value)) return `${token.slice(0, 40)} is more than a number can be; give a smaller one`;
  if (!/^-?\d+$/.test(token) || Number.isSafeInteger(value)) return null;
  return `${token.slice(0, 40)} is beyond 2^53, where whole numbers lose their last digits: it would be read as ${value}; give a smaller one`;
}

function pathIn(inside: Open | undefined): string {
  if (inside === undefined) return '(all of it)';
  const here = inside.keys === null ? String(inside.at) : inside.key;
  return inside.path === '(all of it)' ? here : `${inside.path}.${here}`;
}
