import { parseSearchFile } from '../../climb/spec/search-rules.ts';
import type { SearchFile, SearchSpec } from '../../climb/spec/search-file.ts';
import { newSearchState, type SearchState } from '../../climb/search/search-state.ts';

export const now = Date.parse('2026-08-01T00:00:00Z');

/** The shortest search file that is one, but for its baselines: two, of which neither needs n-gram models. */
export const shortestFile = {
  version: 1,
  corpus: { path: 'corpus' },
  budget: { proxies: 24 },
  verify: { baselines: ['uniform', 'proportional'] },
} satisfies SearchFile;

export function specOf(changes: Partial<SearchFile> = {}): SearchSpec {
  const verify = { ...shortestFile.verify, ...changes.verify };
  return parseSearchFile({ ...shortestFile, ...changes, verify }, now);
}

/** A search in its iterations, opened and with nothing spent. */
export function stateOf(changes: Partial<SearchFile> = {}): SearchState {
  return { ...newSearchState(specOf(changes), now), phase: 'search' };
}

/** The value with the field at a dotted path set; the original stays as it is. */
export function changed(value: unknown, path: string, field: unknown): unknown {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  const inner = (value as Record<string, unknown>)[key] ?? (/^\d+$/.test(rest[0] ?? '') ? [] : {});
  const entry = rest.length === 0 ? field : changed(inner, rest.join('.'), field);
  return Array.isArray(value) ? Object.assign([], value, { [key]: entry }) : { ...(value as object), [key]: entry };
}
