import { canonicalJson } from '../content-key.ts';
import type { SearchSpec } from '../spec/search-file.ts';

/** A field of the search file in which two searches differ; null where one has none. */
export type FileDifference = { readonly path: string; readonly a: unknown; readonly b: unknown };

/** What decides nothing. */
const unread = new Set(['$schema', 'version', 'branchFrom']);

/** Fields of two whole search files that differ, by their path; lists are compared as a whole. */
export function fileDifferences(a: SearchSpec, b: SearchSpec): FileDifference[] {
  return differences(kept(a), kept(b), []);
}

const kept = (spec: SearchSpec) => Object.fromEntries(Object.entries(spec).filter(([name]) => !unread.has(name)));

function differences(a: unknown, b: unknown, path: readonly string[]): FileDifference[] {
  if (isObject(a) && isObject(b)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return names.flatMap((name) => differences(a[name], b[name], [...path, name]));
  }
  const [one, other] = [a ?? null, b ?? null];
  return canonicalJson(one) === canonicalJson(other) ? [] : [{ path: path.join('.'), a: one, b: other }];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
