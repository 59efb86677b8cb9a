import { Command, Option } from 'commander';
import { resolve } from 'node:path';
import { publish } from '../../adapters/publish.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld } from '../../adapters/world.ts';
import { interleavedJson } from '../../climb/exchange/interleaved-datasets.ts';
import { megatronBlend, megatronSplits } from '../../climb/exchange/megatron-blend.ts';
import { olmixMix } from '../../climb/exchange/olmix-mix.ts';
import type { ExportedRecipe } from '../../climb/exchange/exported-recipe.ts';
import { regmixConfig } from '../../climb/exchange/regmix-config.ts';
import { sourceWeights, type FileShares } from '../../climb/exchange/source-weights.ts';
import { assignedFiles, exportedRecipe, findSearch } from '../recipe-file.ts';
import { runCommand } from '../run-command.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

type Options = { format: keyof typeof formats; out?: string; data: string; splits?: true; assignments?: string };
type Sources = { options: Options; files: readonly FileShares[] | null };

/** What each tool reads; see the file of each for where that is said. */
const formats = {
  megatron: (recipe: ExportedRecipe, { options }: Sources) =>
    (options.splits ? megatronSplits : megatronBlend)(recipe, options.data),
  huggingface: interleavedJson,
  regmix: regmixConfig,
  olmix: (recipe: ExportedRecipe) => json(olmixMix(recipe)),
  json: (recipe: ExportedRecipe, { files }: Sources) =>
    json({ ...recipe, ...(files && { files: sourceWeights(files, recipe.clusters) }) }),
} as const;

/** `climb export ID --format F`: a recipe as the file that another tool reads. */
export const exportCommand = new Command('export')
  .description("write a search's recipe as another tool reads it")
  .argument('<search>', 'the search: its workflow id, or the path of its recipe.json')
  .addOption(new Option('--format <format>', 'for which tool').choices(Object.keys(formats)).makeOptionMandatory())
  .option('--out <file>', 'where to write it, replaced if it is there; by default it is printed')
  .option('--data <folder>', 'megatron: where CLUSTER.bin and CLUSTER.idx of each cluster lie', 'data')
  .option('--splits', 'megatron: for --per-split-data-args-path instead of --data-args-path')
  .option('--assignments <folder>', 'json: what climb assign wrote, for the weight of each file too')
  .action((search: string, options: Options) => runCommand(() => exportRecipe(search, options)));

async function exportRecipe(named: string, options: Options): Promise<number> {
  const world = await openWorld(workerSettings());
  try {
    const search = await findSearch(world, named);
    const recipe = await exportedRecipe(world, search);
    const { assignments } = options;
    const files = assignments === undefined ? null : await assignedFiles(resolve(assignments), search);
    const text = formats[options.format](recipe, { options, files });
    // What is no part of the file goes to the other stream: the file may be on its way into a pipe.
    if (!recipe.verified) console.error(`climb: the recipe of "${recipe.search}" is not verified`);
    if (options.out === undefined) process.stdout.write(text);
    else await publish(resolve(options.out), text);
    return 0;
  } finally {
    await world.close();
  }
}
