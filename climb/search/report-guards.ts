import { cell, fixed, table } from '../markdown.ts';
import { guardLimits } from '../verification/guards.ts';
import type { Recipe } from './recipe.ts';

/** Whether the arms keep the guards; nothing where the search has none. */
export function guardsSection({ evidence, spec, arm: recommended }: Recipe): string[] {
  const limits = guardLimits(spec);
  if (limits.length === 0) return [];
  const title = '## Guards';
  const { guards = [] } = evidence;
  if (guards.length === 0) {
    return [title, 'Not checked, since nothing was verified: the weights may break them.'];
  }
  const arms = [...new Set(guards.map(({ arm }) => arm))];
  const found = (name: string, task: string) => guards.find(({ arm, task: of }) => arm === name && of === task);
  return [
    title,
    'By how much an arm is worse than the proportional mixture on each task, and the upper bound of that in brackets. An arm whose upper bound exceeds the limit breaks the guard, also where only seeds or items are too few to say better, and is not recommended. Bounds are one-sided at 95 %, each guard by itself, for all arms together.',
    table(
      ['arm', ...limits.map(({ label, maxLoss }) => `${cell(label)}, at most ${maxLoss}`)],
      arms.map((name) => [
        name === recommended ? `**${name}**` : name,
        ...limits.map(({ label }) => {
          const one = found(name, label);
          return one === undefined
            ? fixed(null)
            : `${fixed(one.excess)} [${fixed(one.upper)}]${one.kept ? '' : ' breaks'}`;
        }),
      ]),
    ),
  ];
}
