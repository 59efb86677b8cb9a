import { ownField } from '../own-field.ts';
import type { ScoredProxy, SearchEvidence } from './scored-proxies.ts';

/** A table of plain columns, for CSV or Parquet. */
export type PlainTable = {
  readonly columns: readonly { readonly name: string; readonly type: 'text' | 'number' | 'integer' }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
};

/** What the ledger says of a scored proxy; null where the ledger doesn't know it, such as on another machine. */
export type Paid = {
  readonly proxyKey: string | null;
  readonly scoreKey: string | null;
  /** SHA-256 of the weights. */
  readonly trained: string | null;
  readonly trainSeconds: number | null;
  readonly evaluateSeconds: number | null;
};

const fixed = [
  ['search', 'text', ({ search }) => search],
  ['proxy', 'text', ({ proxy }) => proxy],
  ['iteration', 'integer', ({ iteration }) => iteration],
  ['role', 'text', ({ role }) => role],
  ['arm', 'text', ({ arm }) => arm],
  ['seed', 'integer', ({ seed }) => seed],
  ['data_seed', 'integer', ({ dataSeed }) => dataSeed],
  ['tokens', 'integer', ({ tokens }) => tokens],
] as const satisfies readonly (readonly [string, 'text' | 'integer', (proxy: ScoredProxy) => string | number | null])[];

const fromLedger = [
  ['train_seconds', 'number', ({ trainSeconds }) => trainSeconds],
  ['evaluate_seconds', 'number', ({ evaluateSeconds }) => evaluateSeconds],
  ['proxy_key', 'text', ({ proxyKey }) => proxyKey],
  ['score_key', 'text', ({ scoreKey }) => scoreKey],
  ['weights_sha256', 'text', ({ trained }) => trained],
] as const satisfies readonly (readonly [string, 'text' | 'number', (paid: Paid) => string | number | null])[];

const nothingKnown: Paid = {
  proxyKey: null,
  scoreKey: null,
  trained: null,
  trainSeconds: null,
  evaluateSeconds: null,
};

/**
 * One row a scored proxy. A cluster's weight stands in `weight c0003 (its label)`: two searches share a column where id
 * and label are the same. A task's loss stands in `loss piqa`. What a search doesn't have is null.
 * @param paid by the hash of the score
 */
export function proxyTable(
  searches: readonly { readonly source: SearchEvidence; readonly proxies: readonly ScoredProxy[] }[],
  paid: ReadonlyMap<string, Paid>,
): PlainTable {
  const weightName = ({ cluster, label }: SearchEvidence['clusters'][number]) => `weight ${cluster} (${label})`;
  const weights = [...new Set(searches.flatMap(({ source }) => source.clusters.map(weightName)))];
  const tasks = [...new Set(searches.flatMap(({ proxies }) => proxies.flatMap(({ losses }) => Object.keys(losses))))];
  const rows = searches.flatMap(({ source, proxies }) => {
    const places = weights.map((name) => source.clusters.findIndex((cluster) => weightName(cluster) === name));
    return proxies.map((proxy) => {
      const known = paid.get(proxy.score) ?? nothingKnown;
      return [
        ...fixed.map(([, , of]) => of(proxy)),
        ...places.map((place) => proxy.weights[place] ?? null),
        ...tasks.map((task) => ownField(proxy.losses, task) ?? null),
        ...fromLedger.map(([, , of]) => of(known)),
        proxy.score,
      ];
    });
  });
  return {
    columns: [
      ...fixed.map(([name, type]) => ({ name, type })),
      ...weights.map((name) => ({ name, type: 'number' as const })),
      ...tasks.map((task) => ({ name: `loss ${task}`, type: 'number' as const })),
      ...fromLedger.map(([name, type]) => ({ name, type })),
      { name: 'score_sha256', type: 'text' },
    ],
    rows,
  };
}
