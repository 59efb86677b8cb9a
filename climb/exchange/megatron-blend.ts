import { InvalidInput } from '../problem.ts';
import { decimal, partOf, type ExportedRecipe } from './exported-recipe.ts';

/**
 * What Megatron-LM reads from `--data-args-path`: `weight prefix weight prefix …`, split at white space
 * (megatron/core/datasets/utils.py, `get_blend_from_list`). It divides the weights by their sum and draws samples of one
 * length, so a weight is a share of tokens, as here. A weight of 0 is refused there, and left out here.
 * @param folder that holds `CLUSTER.bin` and `CLUSTER.idx` of each cluster
 * @throws InvalidInput for a folder with white space in its name, which would be read as two
 */
export function megatronBlend(recipe: ExportedRecipe, folder: string): string {
  const blend = partOf(recipe).map(({ cluster, weight }) => `${decimal(weight)} ${prefixIn(folder, cluster)}`);
  return `${blend.join('\n')}\n`;
}

/**
 * The same for `--per-split-data-args-path`: a blend for `train`, none for the others, which get theirs from elsewhere.
 */
export function megatronSplits(recipe: ExportedRecipe, folder: string): string {
  const train = partOf(recipe).flatMap(({ cluster, weight }) => [decimal(weight), prefixIn(folder, cluster)]);
  return `${JSON.stringify({ train, valid: null, test: null }, null, 2)}\n`;
}

function prefixIn(folder: string, cluster: string): string {
  if (!/\s/.test(folder)) return `${folder.replace(/\/+$/, '')}/${cluster}`;
  throw new InvalidInput('the export', [
    {
      path: '--data',
      message: `got "${folder}": Megatron splits its list of prefixes at white space, so the folder would be read as two; rename it`,
    },
  ]);
}
