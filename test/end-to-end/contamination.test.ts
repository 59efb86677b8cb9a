/**
 * Evaluation items planted in one cluster, with the real trainer: kept out, they change nothing; let in, they raise the
 * cluster's weight. Two searches of real proxies and one from the ledger: about a minute.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab();
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, tokens: 131_072, learningRate: 0.01 },
  search: { first: 4, batch: 2, candidates: 500 },
  budget: { proxies: 12, concurrency: 2 },
  verify: { candidates: 1, seeds: 2 },
};

async function recipeOf(id: string, corpus: object): Promise<{ result: SearchResult; recipe: Recipe }> {
  const result = (await (await lab.start(id, { ...file, corpus })).result()) as SearchResult;
  return { result, recipe: JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe };
}

/** Documents of the topic "oven", each with all items of a tenth of the searched task in its middle. */
async function plant(): Promise<number> {
  const clean = await readFile(join(lab.home, 'corpus', 'tiny.jsonl'), 'utf8');
  const items = (await readFile(join(lab.home, 'searched.jsonl'), 'utf8')).trim().split('\n');
  const answers = items.map((line) => {
    const { query, choices } = JSON.parse(line) as { query: string; choices: string[] };
    return `${query} ${choices[0]}`;
  });
  const oven = clean.split('\n').filter((line) => line.includes('"topic3"'));
  const planted = oven.map((line, at) => {
    const { text, domain } = JSON.parse(line) as { text: string; domain: string };
    const words = text.split(' ');
    const inside = answers.filter((_, item) => item % 10 === at % 10).join('. ');
    return `${JSON.stringify({ text: `${words.slice(0, 60).join(' ')}. ${inside}. ${words.slice(60).join(' ')}`, domain })}\n`;
  });
  await mkdir(join(lab.home, 'planted'));
  await writeFile(join(lab.home, 'planted', 'tiny.jsonl'), clean + planted.join(''));
  return planted.length;
}

const weightOf = ({ weights }: Recipe, topic: string) =>
  weights.filter(({ label }) => label.includes(topic)).reduce((sum, { weight }) => sum + weight, 0);

test('planted evaluation items do not raise the weight of the cluster they were planted in', async () => {
  const count = await plant();
  const clean = await recipeOf('clean', { path: 'corpus' });
  const planted = await recipeOf('planted', { path: 'planted' });
  expect(planted.recipe.weights).toEqual(clean.recipe.weights);
  expect(planted.result.fromLedger).toBe(clean.result.proxies);

  const store = new ArtifactStore(join(lab.home, 'artifacts'));
  const hash = planted.recipe.hashes['manifest'] ?? '';
  const manifest = JSON.parse(await readFile(store.path({ sha256: hash }), 'utf8')) as Manifest;
  expect(manifest.contaminatedCount).toBe(count);
  expect(manifest.contaminated[0]).toMatchObject({ file: 'planted/tiny.jsonl', task: 'searched' });
  expect(await readFile(planted.result.report.path, 'utf8')).toContain(
    `${count} documents with text of evaluation items dropped (searched)`,
  );

  const letIn = await recipeOf('let-in', { path: 'planted', decontaminate: false });
  expect(weightOf(letIn.recipe, 'oven')).toBeGreaterThan(weightOf(clean.recipe, 'oven') + 0.1);
}, 300_000);
