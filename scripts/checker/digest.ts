import { createHash } from 'node:crypto';
import type { Invariant, Recipe } from './evidence.ts';
import { resultOf } from './history.ts';

/** I7: the recipe is the undisturbed run's, and its digest covers what it has to. */
export const sameDigest: Invariant = ({ runs, digest, undisturbed }, recipe) => {
  const result = resultOf(runs) as { readonly recipe?: { readonly digest?: string } } | undefined;
  const answered = result?.recipe?.digest;
  const covered = digestOf(recipe);
  return [
    ...(answered === recipe.digest ? [] : [`the result says ${answered}, recipe.json ${recipe.digest}`]),
    ...(covered === recipe.digest
      ? []
      : [`the recipe's digest is ${recipe.digest}, what it has to cover is ${covered}`]),
    ...(digest === undefined || digest === recipe.digest
      ? []
      : [`the recipe's digest is ${recipe.digest}, undisturbed it is ${digest}`]),
    ...(undisturbed === undefined ? [] : differences(without(undisturbed, own), without(recipe, own))),
  ];
};

/** Times, costs, attempts and names: what two runs of one file may differ in. */
const own = ['digest', 'run'];

/** What two files may differ in that ask for the same, by its path in the recipe: `hashes` stand for what files hold. */
const leftOut = [
  ...own,
  'hashes.manifest',
  'spec.$schema',
  'spec.gates',
  'spec.branchFrom.search',
  'spec.budget.concurrency',
  'spec.corpus.path',
  'spec.corpus.sources.*.path',
  'spec.embedding.path',
  'spec.embedding.endpoint',
  'spec.proxy.checkpointSeconds',
  'spec.proxy.tokenizer',
  'spec.search.warmStart',
];

/** The SHA-256 that a recipe's digest has to be. */
export function digestOf(recipe: Partial<Recipe>): string {
  const { warmStart } = (recipe.spec as { proxy?: { warmStart?: object } } | undefined)?.proxy ?? {};
  const given = warmStart !== undefined && !('tokens' in warmStart);
  const body = without(recipe, given ? [...leftOut, 'spec.proxy.warmStart'] : leftOut);
  return createHash('sha256').update(canonical(body)).digest('hex');
}

/** A copy without what lies at some paths; `*` is any key. */
function without(value: unknown, paths: readonly string[]): unknown {
  const copy = structuredClone(value);
  for (const path of paths) remove(copy, path.split('.'));
  return copy;
}

function remove(value: unknown, [name = '', ...rest]: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return;
  const inner = value as Record<string, unknown>;
  if (name === '*') Object.values(inner).forEach((one) => remove(one, rest));
  else if (rest.length === 0) delete inner[name];
  else remove(inner[name], rest);
}

/** JSON with the keys of each object in order (RFC 8785). */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const sorted = entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

/** Where two recipes differ, by path. */
function differences(undisturbed: unknown, found: unknown, path = 'recipe'): string[] {
  if (undisturbed === undefined || found === undefined || !isBranch(undisturbed) || !isBranch(found)) {
    const [expected, got] = [undisturbed, found].map((value) => (value === undefined ? 'nothing' : canonical(value)));
    return expected === got ? [] : [`${path} is ${cut(got)}, undisturbed it is ${cut(expected)}`];
  }
  const keys = [...new Set([...Object.keys(undisturbed), ...Object.keys(found)])];
  return keys.flatMap((key) => differences(undisturbed[key], found[key], `${path}.${key}`));
}

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const cut = (text = '') => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
