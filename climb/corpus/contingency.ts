/** How often each label falls together with each cluster: label → cluster → documents. Sparse, since most never do. */
export type Contingency = Map<string, Map<number, number>>;

/** More labels than this are no domains; what counts them must not grow with the corpus. */
export const mostLabels = 1_000;

export function countTogether(table: Contingency, label: string, cluster: number, documents = 1): void {
  let row = table.get(label);
  if (row === undefined) table.set(label, (row = new Map<number, number>()));
  row.set(cluster, (row.get(cluster) ?? 0) + documents);
}

/** The table after clusters were merged; those mapped to null are left out. */
export function mergedContingency(table: Contingency, map: readonly (number | null)[]): Contingency {
  const merged: Contingency = new Map();
  for (const [label, row] of table) {
    for (const [cluster, documents] of row) {
      const to = map[cluster];
      if (to !== null && to !== undefined) countTogether(merged, label, to, documents);
    }
  }
  return merged;
}

/**
 * How much labels and clusters tell about each other: 2·I(A; B) / (H(A) + H(B)), 1 when one can be read off the other,
 * about 0 when they have nothing to do with each other. 1 when both put everything into one group.
 */
export function normalisedMutualInformation(table: Contingency): number {
  const joint = [...table.values()].map((row) => [...row.values()]);
  const labels = joint.map(total);
  const entropies = entropy(labels) + entropy([...clusterSizes(table).values()]);
  return entropies === 0 ? 1 : (2 * (entropies - entropy(joint.flat()))) / entropies;
}

/** Share of the documents whose label is the commonest of their cluster. */
export function purity(table: Contingency): number {
  const commonest = new Map<number, number>();
  for (const row of table.values()) {
    for (const [cluster, documents] of row) {
      commonest.set(cluster, Math.max(documents, commonest.get(cluster) ?? 0));
    }
  }
  return total([...commonest.values()]) / total([...clusterSizes(table).values()]);
}

function clusterSizes(table: Contingency): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const row of table.values()) {
    for (const [cluster, documents] of row) sizes.set(cluster, (sizes.get(cluster) ?? 0) + documents);
  }
  return sizes;
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

/** Shannon entropy of group sizes, in nats. */
function entropy(sizes: readonly number[]): number {
  const all = total(sizes);
  return sizes.reduce((sum, size) => sum - (size / all) * Math.log(size / all), 0);
}
