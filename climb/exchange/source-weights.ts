import { InvalidInput } from '../problem.ts';

/** A file of the corpus, and what of it lies in each cluster. */
export type FileShares = {
  readonly source?: string;
  readonly path: string;
  /** UTF-8 bytes of text by cluster, in their order. */
  readonly bytes: readonly number[];
};

export type SourceWeight = {
  readonly source?: string;
  readonly path: string;
  /** Share of training tokens that comes from it. */
  readonly weight: number;
  /** Share of the corpus. */
  readonly natural: number;
};

/**
 * What a recipe asks of each file of the corpus: Σ over clusters of the cluster's weight × the file's share of the
 * cluster, counted in bytes of text. For pipelines that can weigh files and no documents: within a file the recipe's
 * emphasis is lost.
 * @throws InvalidInput for a cluster with weight that no file has text of: the files aren't the whole corpus
 */
export function sourceWeights(
  files: readonly FileShares[],
  clusters: readonly { readonly cluster: string; readonly weight: number }[],
): SourceWeight[] {
  const weights = clusters.map(({ weight }) => weight);
  const ofCluster = weights.map((_, at) => files.reduce((sum, { bytes }) => sum + bytes[at]!, 0));
  const problems = clusters.flatMap(({ cluster, weight }, at) =>
    weight > 0 && ofCluster[at] === 0
      ? [
          {
            path: cluster,
            message: `has weight ${weight}, and no file that was assigned has text of it; assign all files`,
          },
        ]
      : [],
  );
  if (problems.length > 0) throw new InvalidInput('the assignments', problems);
  const all = ofCluster.reduce((sum, bytes) => sum + bytes, 0);
  return files.map(({ bytes, ...file }) => ({
    ...file,
    weight: weights.reduce((sum, weight, at) => sum + (weight > 0 ? (weight * bytes[at]!) / ofCluster[at]! : 0), 0),
    natural: bytes.reduce((sum, part) => sum + part, 0) / all,
  }));
}
