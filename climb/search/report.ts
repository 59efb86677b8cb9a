import type { DomainSet, Manifest } from '../corpus/corpus-artifacts.ts';
import { proxyShape } from '../spec/proxy-shape.ts';
import { cell, fixed, number, percent, table } from '../markdown.ts';
import { guardBreakers } from '../verification/guards.ts';
import { objective } from '../verification/objective.ts';
import type { Recipe, Unverified } from './recipe.ts';
import { branchSection } from './report-branch.ts';
import { costSection } from './report-cost.ts';
import { efficiencySection } from './report-efficiency.ts';
import { guardsSection } from './report-guards.ts';
import { ladderSection } from './report-ladder.ts';
import { noiseSentence } from './report-noise.ts';
import { metricsOf, shareOfTasks } from './report-objective.ts';
import { ngramSection } from './report-ngram.ts';
import { poolsSection } from './report-pools.ts';
import { searchedSection } from './report-searched.ts';
import { tradeOffsSection } from './report-trade-offs.ts';
import { taskNames, verificationSection } from './report-verification.ts';
import { tokenShares, type TokenShards } from '../corpus/token-shards.ts';

export type ReportSources = {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  readonly domainSet: DomainSet;
  readonly tokens: TokenShards;
};

/** The report: markdown that a person reads from top to bottom, the answer first. */
export function renderReport(sources: ReportSources): string {
  return [
    heading(sources),
    weights(sources),
    ...poolsSection(sources.recipe.spec, sources.tokens),
    verificationSection(sources.recipe),
    ...guardsSection(sources.recipe),
    ...efficiencySection(sources.recipe),
    ...ladderSection(sources.recipe),
    ...ngramSection(sources.recipe),
    leaderboard(sources),
    ...tradeOffsSection(sources.recipe),
    searchedSection(sources),
    ...branchSection(sources.recipe),
    clusters(sources),
    costSection(sources.recipe.run),
    rerun(sources),
  ].join('\n\n');
}

function heading({ recipe }: ReportSources): string {
  return `# Recipe of ${cell(recipe.run.search)}\n\n${verdictSentence(recipe)}`;
}

const reasons: Readonly<Record<Unverified, string>> = {
  budget: 'the budget did not reach for one candidate beside every baseline',
  finishEarly: 'the search was finished early',
  cancelled: 'the search was cancelled',
  failed: 'too few proxies of the verification have a score',
};

/** What was found, in a sentence that claims no more than the evidence. */
export function verdictSentence({ verdict, unverified, arm, evidence }: Recipe): string {
  if (unverified !== null || evidence.verification === null) {
    return `**Not verified**: ${unverified === null ? 'nothing was compared' : reasons[unverified]}. The weights are those of the best mixture that the search trained; its advantage may be luck.`;
  }
  const { baselines, comparisons, confidence, seedDegrees } = evidence.verification;
  const fresh = `with fresh seeds, on tasks that were not searched (${percent(confidence)} intervals, all together; seed noise known to ${seedDegrees} degrees of freedom)`;
  const title = `**${verdict[0]?.toUpperCase()}${verdict.slice(1)}**`;
  const guarded = (evidence.guards ?? []).length > 0;
  if (verdict === 'no mixture keeps the guards') {
    return `${title}: each that the search found is worse than the proportional one on some task by more than allowed, or not surely better ${fresh}. The weights are those of ${arm}.`;
  }
  if (!verdict.startsWith('better')) {
    return `${title}: no mixture that the search found is shown to beat every baseline${guarded ? ' and keep the guards' : ''} ${fresh}. The weights are those of ${arm}.`;
  }
  const breakers = guardBreakers(evidence.guards ?? []);
  const margins = baselines
    .filter((baseline) => !breakers.has(baseline))
    .map((baseline) => {
      const found = comparisons.find((comparison) => comparison.arm === arm && comparison.against === baseline);
      return found === undefined
        ? baseline
        : `${baseline} by ${fixed(found.advantage)} [${fixed(found.lower)}, ${fixed(found.upper)}]`;
    });
  return `${title}: it beats ${listed(margins)} ${fresh}.`;
}

const listed = (parts: readonly string[]) =>
  [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((part) => part !== '').join(' and ');

/** Above this weight of a single cluster the report warns. */
const narrowWeight = 0.9;

function weights({ recipe, tokens }: ReportSources): string {
  const shares = tokenShares(tokens);
  const { tokens: proxyTokens } = proxyShape(recipe.spec.proxy);
  const target = recipe.spec.target.tokens ?? proxyTokens;
  const rows = recipe.weights
    .map(({ cluster, label, weight }, at) => ({
      cluster,
      label,
      weight,
      share: shares[at] ?? 0,
      tokens: tokens.clusters[at]?.tokens ?? 0,
    }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ cluster, label, weight, share, tokens: available }) => [
      cluster,
      cell(label),
      percent(weight),
      percent(share),
      `${((weight * target) / available).toFixed(2)}`,
    ]);
  const at =
    recipe.spec.target.tokens === undefined
      ? `a proxy's ${number(proxyTokens)} tokens`
      : `the target's ${number(target)} tokens`;
  const most = Math.max(...recipe.weights.map(({ weight }) => weight));
  const narrow =
    most > narrowWeight
      ? `\n\nNearly all weight lies on one cluster. A larger run on it alone would see little else: check that the tasks are all that you want, or set constraints.bounds.`
      : '';
  return `## Weights\n\n${table(['cluster', 'label', 'weight', 'share of corpus', 'epochs'], rows)}\n\nEpochs: how often the cluster is repeated in ${at}; at most ${recipe.spec.constraints.maxEpochs}.${narrow}`;
}

function leaderboard({ recipe }: ReportSources): string {
  const { evidence, spec } = recipe;
  const shares = shareOfTasks(recipe);
  const rows = evidence.observations
    .map(({ id, losses }) => ({ id, losses, score: objective(losses, shares) }))
    .sort((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1))
    .slice(0, 10)
    .map(({ id, losses, score }, at) => [String(at + 1), id, fixed(score), ...losses.map((loss) => fixed(loss))]);
  return `## Leaderboard of the search\n\n${metricsOf(spec)} on the searched tasks, lower is better${spec.tasks.every(({ metric }) => metric === 'bitsPerByte') ? '' : ' (accuracies as error rates)'}.${zScores(evidence.taskWeights)} These scores chose the candidates; they don't count as evidence for them.\n\n${[table(['', 'mixture', 'objective', ...taskNames(spec.tasks)], rows), ...noiseSentence(recipe)].join('\n\n')}`;
}

const zScores = (weights: readonly number[] | undefined) =>
  weights === undefined
    ? ''
    : ` The objective is their mean, each task divided by its spread over these proxies: it counts ${weights.map((weight) => percent(weight)).join(', ')}.`;

function clusters({ domainSet, tokens }: ReportSources): string {
  const rows = domainSet.clusters.map(({ cluster, label, documents, examples }, at) => [
    cluster,
    cell(label),
    number(documents),
    number(tokens.clusters[at]?.tokens ?? 0),
    cell(examples[0] ?? '').slice(0, 80),
  ]);
  return `## Clusters\n\n${table(['cluster', 'label', 'documents', 'tokens', 'an example'], rows)}`;
}

function rerun({ recipe }: ReportSources): string {
  // A name that a shell would not take as it stands is left to the reader.
  const name = /^\w[\w.-]*$/.test(recipe.run.search) ? recipe.run.search : 'search';
  const versions = Object.entries(recipe.versions).map(([name, version]) => `${name} ${version}`);
  return (
    [
      '## How to rerun',
      `\`search.json\` lies beside this report. ${repeatable(recipe) ? 'Started again under any name it gives the same recipe' : 'Started again under any name it searches as the file says, without what was changed while this one ran'}; what the ledger knows costs nothing:`,
      `\`\`\`\ntemporal workflow start -t climb --type climbSearch -w ${name}-again --input-file search.json\n\`\`\``,
      `Recipe digest \`${recipe.digest}\` (what was found, without times and costs). Versions: ${versions.join(', ')}. SHA-256 of everything used stands in \`hashes\` of recipe.json.`,
    ].join('\n\n') + '\n'
  );
}

/** Whether the file alone decided: no person and no clock. */
function repeatable({ run, stoppedBy, stoppedByLimit }: Recipe): boolean {
  const clock = ['deadline', 'deviceHours', 'money'].includes(stoppedByLimit ?? '');
  const changed = run.budgetChanges.length > 0 || run.taskChanges !== undefined;
  return !changed && stoppedBy !== 'finishEarly' && stoppedBy !== 'cancelled' && !clock;
}
