import { fixed, number, percent, table } from '../markdown.ts';
import type { Crossing, Efficiency } from '../verification/efficiency.ts';
import { guardian as baseline } from '../verification/guards.ts';
import type { Recipe } from './recipe.ts';

/** At how many tokens the recipe reaches what the proportional mixture ends with; nothing where it wasn't asked. */
export function efficiencySection({ evidence, spec, arm }: Recipe): string[] {
  if (spec.verify.efficiency === undefined) return [];
  const title = '## Tokens that the recipe saves';
  const { efficiency } = evidence;
  if (efficiency === undefined) return [title, whyNone(evidence.verification === null, arm)];
  return [
    title,
    sentence(efficiency),
    table(
      ['tokens', `advantage over ${baseline} at ${number(efficiency.tokens)} [interval]`],
      efficiency.points.map(({ tokens, advantage, lower, upper }) => [
        number(tokens),
        `${fixed(advantage)} [${fixed(lower)}, ${fixed(upper)}]`,
      ]),
    ),
    'On the report tasks; each length is a run of its own with a whole schedule, with the seeds of the verification. Between lengths the figure is interpolated on the logarithm of the tokens.',
    ...efficiency.skipped.map(({ tokens, why }) => `${number(tokens)} tokens: not trained (${why}).`),
  ];
}

function whyNone(unverified: boolean, arm: string | null): string {
  if (unverified) return 'Not trained, since nothing was verified.';
  return arm === baseline
    ? `Not trained, since the recipe is the ${baseline} mixture itself.`
    : 'Not trained: the search was cancelled, or finished early.';
}

function sentence({ arm, tokens, reached, earliest, latest }: Efficiency): string {
  if (reached === null) return `**Not reached**: ${arm} ends above what the ${baseline} mixture ends with.`;
  const share = (crossing: Crossing) => percent(crossing.tokens / tokens);
  const saved = reached.atMost ? '' : ` (${(tokens / reached.tokens).toFixed(1)} × fewer)`;
  const at = `${reached.atMost ? 'at most ' : ''}${share(reached)} of the tokens${saved}`;
  const from = earliest === null || earliest.atMost ? 'less' : share(earliest);
  const to = latest === null ? 'more than all' : share(latest);
  return `**${arm} reaches what the ${baseline} mixture ends with at ${at}**, between ${from} and ${to} by the intervals below.`;
}
