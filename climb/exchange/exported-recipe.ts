import { InvalidInput } from '../problem.ts';

/** A recipe with what other tools need to know of its clusters. */
export type ExportedRecipe = {
  readonly search: string;
  readonly digest: string;
  readonly verdict: string;
  readonly verified: boolean;
  /** Tokens of the run that the recipe is for. */
  readonly targetTokens: number;
  readonly clusters: readonly ExportedCluster[];
};

export type ExportedCluster = {
  readonly cluster: string;
  readonly label: string;
  /** Share of training tokens. */
  readonly weight: number;
  /** Of the whole cluster, counted by the search's tokenizer. */
  readonly tokens: number;
  readonly documents: number;
};

/** The clusters that take part. Tools refuse weights of 0, or wait for ever for a source that is never drawn. */
export function partOf({ clusters }: ExportedRecipe): readonly ExportedCluster[] {
  return clusters.filter(({ weight }) => weight > 0);
}

/** A weight as text without an exponent, exact since weights are whole millionths: YAML readers take `2e-05` for a word. */
export function decimal(weight: number): string {
  return weight.toFixed(6);
}

/**
 * How often the target run repeats a cluster.
 * @throws InvalidInput for an empty one
 */
export function epochsOf({ cluster, weight, tokens }: ExportedCluster, targetTokens: number): number {
  if (tokens > 0) return (weight * targetTokens) / tokens;
  throw new InvalidInput('the recipe', [
    { path: cluster, message: 'has weight but no tokens: the artifacts belong to another search' },
  ]);
}
