import { InvalidInput } from '../problem.ts';
import { epochsOf, partOf, type ExportedRecipe } from './exported-recipe.ts';

/** Arguments of Hugging Face's `datasets.interleave_datasets`, by the names that it has for them. */
export type InterleavedDatasets = {
  /** The order in which the data sets have to be given. */
  readonly clusters: readonly string[];
  /** Of drawing a document of each, sum 1. */
  readonly probabilities: readonly number[];
  /** `all_exhausted` where some cluster is repeated: with `first_exhausted` the stream would end before that. */
  readonly stopping_strategy: 'all_exhausted' | 'first_exhausted';
};

/**
 * `interleave_datasets` draws the next document's source at random, so a source's share of tokens is its probability
 * times the mean length of its documents: p ∝ weight ÷ (tokens ÷ documents). Sources with weight 0 are left out, since
 * one that is never drawn is never exhausted.
 * @throws InvalidInput for a cluster with weight and without documents
 */
export function interleavedDatasets(recipe: ExportedRecipe): InterleavedDatasets {
  const parts = partOf(recipe);
  const epochs = parts.map((part) => epochsOf(part, recipe.targetTokens));
  const rates = parts.map(({ cluster, weight, tokens, documents }) => {
    if (documents > 0) return (weight * documents) / tokens;
    throw new InvalidInput('the recipe', [
      { path: cluster, message: 'has weight but no documents to draw; export another format' },
    ]);
  });
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  return {
    clusters: parts.map(({ cluster }) => cluster),
    probabilities: rates.map((rate) => rate / total),
    stopping_strategy: epochs.some((times) => times > 1) ? 'all_exhausted' : 'first_exhausted',
  };
}

/** The arguments with how they are used, as a JSON file. */
export function interleavedJson(recipe: ExportedRecipe): string {
  const usage = [
    'import json, datasets',
    "mix = json.load(open('mixture.json'))",
    'sources = [datasets.load_dataset("json", data_files=f"{name}.jsonl", split="train", streaming=True) for name in mix["clusters"]]',
    'stream = datasets.interleave_datasets(sources, probabilities=mix["probabilities"], seed=0, stopping_strategy=mix["stopping_strategy"])',
  ];
  return `${JSON.stringify({ ...interleavedDatasets(recipe), usage }, null, 2)}\n`;
}
