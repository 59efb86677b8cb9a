/**
 * How much two labellings of the same items tell about each other: 2·I(A; B) / (H(A) + H(B)), 1 when one can be read
 * off the other, about 0 when they have nothing to do with each other. 1 when both put everything into one group.
 */
export function normalisedMutualInformation(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const entropies = entropy(a) + entropy(b);
  if (entropies === 0) return 1;
  const joint = entropy(a.map((label, i) => JSON.stringify([label, b[i]])));
  return (2 * (entropies - joint)) / entropies;
}

/** Shannon entropy of a labelling's group sizes, in nats. */
function entropy(labels: readonly (string | number)[]): number {
  const sizes = new Map<string | number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return [...sizes.values()].reduce((sum, size) => sum - (size / labels.length) * Math.log(size / labels.length), 0);
}
