import type { DomainSet } from '../corpus/corpus-artifacts.ts';
import type { TokenShards } from '../corpus/token-shards.ts';

/** Text that two domain sets both keep together: the finest coordinates that both can be told in. */
export type DomainCell = {
  /** Index of its cluster in the domain set of then; null where that had left it out. */
  readonly old: number | null;
  /** Likewise in the domain set of now. */
  readonly now: number | null;
  readonly tokens: number;
};

export type Domains = {
  readonly domainSet: Pick<DomainSet, 'map' | 'origin'>;
  readonly tokens: Pick<TokenShards, 'clusters'>;
};

/**
 * The cells of two domain sets over the same text: made of the same first clusters, or of known domains by their names.
 * Tokens of a cell that is a whole cluster of either are counted; of one that is a part of both they are estimated, as
 * its share of the first clusters' documents.
 * @param sizes documents of each first cluster; not asked for where domains are known
 * @returns null where the two have nothing in common to compare them by
 */
export function domainCells(old: Domains, now: Domains, sizes: readonly number[]): DomainCell[] | null {
  const pairs = commonPairs(old.domainSet, now.domainSet, sizes);
  if (pairs === null) return null;
  const cells = new Map<string, { old: number | null; now: number | null; documents: number }>();
  for (const { documents, ...pair } of pairs) {
    const key = `${pair.old} ${pair.now}`;
    cells.set(key, { ...pair, documents: (cells.get(key)?.documents ?? 0) + documents });
  }
  const all = [...cells.values()];
  return all.map((cell) => {
    const sides = [
      { cluster: cell.now, tokens: now.tokens, within: all.filter((other) => other.now === cell.now) },
      { cluster: cell.old, tokens: old.tokens, within: all.filter((other) => other.old === cell.old) },
    ].flatMap(({ cluster, tokens, within }) => {
      return cluster === null ? [] : [{ tokens: tokens.clusters[cluster]?.tokens ?? 0, within }];
    });
    const side = sides.find(({ within }) => within.length === 1) ?? sides[0];
    const documents = side?.within.reduce((sum, other) => sum + other.documents, 0) ?? 1;
    return { old: cell.old, now: cell.now, tokens: ((side?.tokens ?? 0) * cell.documents) / documents };
  });
}

type Pair = { readonly old: number | null; readonly now: number | null; readonly documents: number };

function commonPairs(old: Domains['domainSet'], now: Domains['domainSet'], sizes: readonly number[]): Pair[] | null {
  const [a, b] = [old.origin, now.origin];
  if (a.kind === 'clusters' && b.kind === 'clusters') {
    if (a.clusters.sha256 !== b.clusters.sha256) return null;
    return old.map.map((cluster, at) => ({ old: cluster, now: now.map[at] ?? null, documents: sizes[at] ?? 0 }));
  }
  if (a.kind === 'field' && b.kind === 'field') {
    const at = (values: readonly string[], map: readonly (number | null)[], value: string) =>
      values.includes(value) ? (map[values.indexOf(value)] ?? null) : null;
    return [...new Set([...a.values, ...b.values])].map((value) => ({
      old: at(a.values, old.map, value),
      now: at(b.values, now.map, value),
      documents: 1,
    }));
  }
  return null;
}
