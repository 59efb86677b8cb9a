import { cell } from '../markdown.ts';
import type { Recipe } from './recipe.ts';

/** Where a branch began, what it shares and what its file changed; nothing for a search of its own. */
export function branchSection({ spec, run }: Recipe): string[] {
  const { branch } = run;
  if (branch === undefined) return [];
  const { search, iteration, of, shared, seed, notCleanedOf = [], file } = branch;
  const changed = changedFields(file);
  const beginning = iteration === 0 ? 'the beginning' : `iteration ${iteration}`;
  const line = of.slice(1).map((ancestor) => `, that goes on from ${cell(ancestor)}`);
  const lines = [
    `Goes on from ${beginning} of ${cell(search)}${line.join('')}: ${shared === 0 ? 'corpus and clusters' : `${shared} scored ${shared === 1 ? 'proxy' : 'proxies'}`} shared, at no cost to this search`,
    changed.length === 0
      ? 'Nothing was changed: budget and rules are what that search had left'
      : `Changed: ${changed.map(cell).join(', ')}`,
    ...(seed === undefined
      ? []
      : [
          `Proxies of the search are trained with the seed ${seed} of the search that began the line, so that they compare with those that are shared; ${spec.seed} draws what is proposed and what is verified`,
        ]),
    ...(notCleanedOf.length === 0
      ? []
      : [`The corpus was not cleaned of the items of ${notCleanedOf.map(cell).join(', ')}: these tasks came later`]),
    'To run it again that search has to be kept: its `iterations/`, and the artifacts that these name',
  ];
  return [`## Where it began\n\n${lines.map((text) => `- ${text}`).join('\n')}`];
}

/** Dotted paths of what a branch's file says beside `branchFrom`, a part's fields one by one. */
function changedFields(file: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(file).flatMap(([name, value]) => {
    if (['branchFrom', 'version', '$schema'].includes(name)) return [];
    const isPart = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isPart ? Object.keys(value).map((field) => `${name}.${field}`) : [name];
  });
}
