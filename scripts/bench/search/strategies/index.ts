import type { Strategy } from '../problem.ts';
import { nemoRecipe, paper } from './climb.ts';
import { byDefault } from './default.ts';
import { random } from './random.ts';
import { regmix } from './regmix.ts';

/** By the names that `--strategies` takes. */
export const strategies: Readonly<Record<string, Strategy>> = {
  default: byDefault,
  paper,
  'nemo-recipe': nemoRecipe,
  regmix,
  random,
};
