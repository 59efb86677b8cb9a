import type { Invariant } from './evidence.ts';
import { resultOf } from './history.ts';

/** I7: the recipe is the undisturbed run's. */
export const sameDigest: Invariant = ({ runs, digest }, recipe) => {
  const result = resultOf(runs) as { readonly recipe?: { readonly digest?: string } } | undefined;
  const answered = result?.recipe?.digest;
  return [
    ...(answered === recipe.digest ? [] : [`the result says ${answered}, recipe.json ${recipe.digest}`]),
    ...(digest === undefined || digest === recipe.digest
      ? []
      : [`the recipe's digest is ${recipe.digest}, undisturbed it is ${digest}`]),
  ];
};
