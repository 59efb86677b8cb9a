import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeReport } from '../../activities/write-report.ts';
import { evidenceInBrief } from '../../climb/search/evidence-in-brief.ts';
import { finishRecipe, recipeDigest } from '../../climb/search/recipe.ts';
import { filesBelow, scratch } from '../adapters/scratch.ts';
import { bodyOf, run } from '../climb/made-recipe.ts';
import { stored } from './made-search-artifacts.ts';
import { perform, worldIn } from './made-world.ts';

const deps = worldIn(scratch());
const write = writeReport(deps);
const body = bodyOf([2.5, 2.6, 2.9, 3]);

async function inputOf(changes: Partial<typeof run> = {}) {
  const { manifest, domainSet, tokens } = await stored(deps);
  return { body: await deps.store.putJson(body), manifest, domainSet, tokens, run: { ...run, ...changes } };
}

test('the recipe and the report lie side by side, and the answer says where', async () => {
  const result = await perform(write, await inputOf());
  expect(result).toEqual({
    verdict: 'better than every baseline',
    verified: true,
    weights: body.weights,
    recipe: { path: deps.searches.path('my-search', 'recipe.json'), digest: recipeDigest(body) },
    report: { path: deps.searches.path('my-search', 'report.md') },
    evidence: evidenceInBrief(finishRecipe(body, run)),
    stoppedBy: 'budget',
    proxies: 24,
    fromLedger: 4,
  });
  expect(JSON.parse(readFileSync(result.recipe.path, 'utf8'))).toEqual({ ...body, digest: recipeDigest(body), run });
  expect(readFileSync(result.report.path, 'utf8')).toBe(
    readFileSync(new URL('../golden/report.md', import.meta.url), 'utf8'),
  );
  expect(await filesBelow(dirname(result.recipe.path))).toEqual(['recipe.json', 'report.md', 'search.json']);
});

test('written again it is replaced as a whole, with the same digest whatever the run cost', async () => {
  const first = await perform(write, await inputOf());
  const again = await perform(write, await inputOf({ finishedAt: '2027-01-01T00:00:00.000Z', budgetChanges: [] }));
  expect(again.recipe).toEqual(first.recipe);
  expect(readFileSync(again.report.path, 'utf8')).toContain('to 2027-01-01T00:00:00.000Z');
});
