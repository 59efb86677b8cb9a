import { cell, fixed, percent, table } from '../markdown.ts';
import type { ArmEvidence, ArmTaskScore } from '../verification/evidence.ts';
import { taskLabel } from '../verification/objective.ts';
import type { Recipe } from './recipe.ts';

/** Weights of the optimum that are worth a row. */
const shownWeight = 0.005;

/**
 * What n-gram models of the clusters say without a proxy, and whether the proxies say more; nothing where the search
 * had none.
 */
export function ngramSection(recipe: Recipe): string[] {
  const { evidence, weights, spec } = recipe;
  const { ngram } = evidence;
  if (ngram === undefined) return [];
  const { optimum, predicted, agreement } = ngram;
  const largest = weights
    .map(({ cluster, label, weight }, at) => ({ cluster, label, weight, share: optimum[at] as number }))
    .filter(({ weight, share }) => Math.max(weight, share) >= shownWeight)
    .sort((a, b) => b.share - a.share);
  const byTask = spec.tasks.map((task, at) => `${cell(taskLabel(task))} ${fixed(agreement.tasks[at] ?? null, 2)}`);
  return [
    '## What the words alone know',
    'One trigram model a cluster, counted from its tokens, gives the bits per byte of any mixture on the searched tasks without training anything. The mixture that is best by these counts, its n-gram optimum, is what a search would find if proxies learnt no more than which words follow which.',
    table(
      ['mixture', 'bits per byte by counting'],
      [
        ['n-gram optimum', fixed(predicted.optimum)],
        ['**recipe**', fixed(predicted.recipe)],
        ['uniform', fixed(predicted.uniform)],
        ['proportional', fixed(predicted.proportional)],
      ],
    ),
    `Over the ${evidence.observations.length} proxies of the search, counting ranks mixtures as training does with a Spearman correlation of ${fixed(agreement.objective, 2)} (${byTask.join(', ')}).`,
    judgement(recipe),
    ...margins(recipe),
    table(
      ['cluster', 'label', 'n-gram optimum', 'recipe'],
      largest.map(({ cluster, label, weight, share }) => [cluster, cell(label), percent(share), percent(weight)]),
    ),
  ];
}

/** Whether what was found owes the proxies more than the counts: the recipe, or where that is a baseline a candidate. */
function judgement({ arm, evidence }: Recipe): string {
  const beside = (evidence.verification?.comparisons ?? []).filter(({ against }) => against === 'ngram');
  const [best] = beside.toSorted((a, b) => Number(b.arm === arm) - Number(a.arm === arm) || b.lower - a.lower);
  if (best === undefined) {
    return 'Whether the recipe is better than the n-gram optimum was not measured: the two were not trained side by side (`verify.baselines` may name `ngram`).';
  }
  const who = best.arm === arm ? 'the recipe' : best.arm;
  const by = `${fixed(best.advantage)} [${fixed(best.lower)}, ${fixed(best.upper)}]`;
  if (best.lower > 0) {
    return `Trained side by side, ${who} is better than the n-gram optimum by ${by} on the report tasks: the proxies knew more than the words.`;
  }
  return `**Trained side by side, ${who} is not shown to be better than the n-gram optimum (${by} on the report tasks): bits per byte at this scale measured the words, not the model.**`;
}

/** What an accuracy comes from: below 0 the wrong choice is the likelier one on average. */
function margins({ evidence }: Recipe): string[] {
  const rows = evidence.arms.flatMap((of) => {
    const [report, searched] = [margin(of.report), margin(of.searched)];
    return report === null && searched === null ? [] : [[name(of), fixed(report), fixed(searched)]];
  });
  if (rows.length === 0) return [];
  return [
    'Whether a model tells right from wrong shows in the margin between the right choice and the best wrong one (nats a byte, mean over tasks and seeds; above 0 the right one is the likelier):',
    table(['arm', 'margin, report tasks', 'margin, searched tasks'], rows),
  ];
}

/** Mean over the tasks that have choices. */
function margin(scores: readonly ArmTaskScore[]): number | null {
  const found = scores.flatMap(({ margin }) => margin ?? []);
  return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
}

const name = ({ id, proxy }: ArmEvidence) => (proxy === undefined ? id : `${id} (${proxy})`);
