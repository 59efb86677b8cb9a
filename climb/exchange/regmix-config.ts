import { InvalidInput } from '../problem.ts';
import { decimal, type ExportedRecipe } from './exported-recipe.ts';

/**
 * The data part of a training config of sail-sg/regmix (mixture_config/config_1b/*.yaml): `train` and `valid`, both of
 * which its trainer wants. It draws blocks of one length, so a weight is a share of tokens, and reads of `train_c0000`
 * every file whose name begins so; its scripts take only what begins with `train_` for a domain, and only a number with
 * a decimal point for a weight. What else a config may hold, such as `model_name`, is yours to add.
 * @throws InvalidInput where the name of a cluster begins with that of another
 */
export function regmixConfig({ clusters }: ExportedRecipe): string {
  const names = clusters.map(({ cluster }) => cluster);
  const short = names.find((name) => names.some((other) => other !== name && other.startsWith(name)));
  if (short !== undefined) {
    throw new InvalidInput('the recipe', [
      {
        path: short,
        message:
          'is the beginning of another cluster’s name, whose files RegMix would read for it too; rename the domain, or export another format',
      },
    ]);
  }
  return [
    'train:',
    ...clusters.map(({ cluster, weight }) => `  train_${cluster}: ${decimal(weight)}`),
    'valid:',
    ...names.map((name) => `  valid_${name}: 1.0`),
    '',
  ].join('\n');
}
