import { describe, expect, test } from '@jest/globals';
import { finishRecipe, hashesOf, recipeDigest, type RecipeBody } from '../../../climb/search/recipe.ts';
import { bodyOf, refOf, run } from '../made-recipe.ts';
import { changed } from '../made-search.ts';

const body = bodyOf([2.5, 2.6, 2.9, 3]);
const digestOf = (path: string, value: unknown) => recipeDigest(changed(body, path, value) as RecipeBody);

/** Paths of all that isn't an object or a list. */
function leaves(value: unknown, path = ''): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, path === '' ? key : `${path}.${key}`));
}

const another = (value: unknown) =>
  typeof value === 'number'
    ? value + 1
    : typeof value === 'boolean'
      ? !value
      : value === null
        ? 'x'
        : `${value as string}x`;

describe('the digest', () => {
  test('is the same wherever the corpus lies, however much is in flight, whatever schema an editor uses', () => {
    const digest = recipeDigest(body);
    expect(digestOf('spec.corpus.path', '/elsewhere')).toBe(digest);
    expect(digestOf('spec.budget.concurrency', 100)).toBe(digest);
    expect(digestOf('spec.$schema', './search.schema.json')).toBe(digest);
  });

  test('is the same wherever a given trunk lies, and another for another trunk', () => {
    const given = (checkpoint: string, trunk: string) => {
      const { spec, hashes } = body;
      const proxy = { ...spec.proxy, warmStart: { checkpoint, tokenizer: 'tokenizer.json' } };
      return recipeDigest({ ...body, spec: { ...spec, proxy }, hashes: { ...hashes, trunk } });
    };
    expect(given('here', 'a')).toBe(given('there', 'a'));
    expect(given('here', 'a')).not.toBe(given('here', 'b'));
    const trained = (tokens: number) => digestOf('spec.proxy.warmStart', { tokens });
    expect(new Set([trained(1e6), trained(2e6), recipeDigest(body)]).size).toBe(3);
  });

  test('is the same wherever sources, vectors and tokenizer lie and whichever server embeds', () => {
    const placed = (at: string) => {
      const { spec } = body;
      const corpus = { ...spec.corpus, sources: [{ name: 'web', path: at }] };
      const embedding = { kind: 'precomputed' as const, path: at, endpoint: at };
      return { ...body, spec: { ...spec, corpus, embedding, proxy: { ...spec.proxy, tokenizer: at } } };
    };
    const digest = recipeDigest(placed('here'));
    expect(recipeDigest(placed('there'))).toBe(digest);
    expect(recipeDigest(changed(placed('here'), 'spec.corpus.sources.0.name', 'books') as RecipeBody)).not.toBe(digest);
  });

  test('changes with anything else', () => {
    const digest = recipeDigest(body);
    const free = ['spec.corpus.path', 'spec.budget.concurrency', 'spec.proxy.checkpointSeconds', 'hashes.manifest'];
    const unchanged = leaves(body)
      .filter(([path, value]) => digestOf(path, another(value)) === digest)
      .map(([path]) => path);
    expect(unchanged.sort()).toEqual(free.sort());
  });

  test('has nothing of the run in it', () => {
    const later = { ...run, search: 'again', finishedAt: '2027-01-01T00:00:00.000Z', budgetChanges: [] };
    expect(finishRecipe(body, later).digest).toBe(finishRecipe(body, run).digest);
    expect(finishRecipe(body, run).digest).toBe(recipeDigest(body));
  });

  test('does not depend on the order of fields', () => {
    expect(recipeDigest(Object.fromEntries(Object.entries(body).reverse()) as RecipeBody)).toBe(recipeDigest(body));
  });
});

test('a recipe is its body, its digest and its run', () => {
  expect(finishRecipe(body, run)).toEqual({ ...body, digest: recipeDigest(body), run });
});

test('what was not made has no hash', () => {
  expect(hashesOf({ tokens: refOf('t'), arms: null })).toEqual({ tokens: refOf('t').sha256 });
});
