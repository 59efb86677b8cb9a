import type { DomainSet, Manifest } from '../corpus/corpus-artifacts.ts';
import { unjudgedAxes } from '../corpus/quality/unjudged.ts';
import type { TokenShards } from '../corpus/token-shards.ts';
import { cell, count, number } from '../markdown.ts';
import { poolsOf } from '../mixture/pools.ts';
import { defaultDimensions } from '../spec/corpus-rules.ts';
import { parameters, proxyShape } from '../spec/proxy-shape.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import { trunkShape } from '../spec/trunk.ts';
import type { Recipe } from './recipe.ts';
import { metricsOf } from './report-objective.ts';
import { taskNames } from './report-verification.ts';

type Sources = {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  readonly domainSet: DomainSet;
  readonly tokens: TokenShards;
};

/** What the recipe rests on: corpus, clusters, proxies, tasks. */
export function searchedSection({
  recipe: { spec, evidence, stoppedBy, stoppedByLimit, outlook, run },
  manifest,
  domainSet,
  tokens,
}: Sources): string {
  const shape = proxyShape(spec.proxy);
  const { model, batch, tokens: proxyTokens, learningRate } = shape;
  const { poolShare } = poolsOf(spec, shape);
  const ended = stoppedByLimit === null ? stoppedBy : `${stoppedBy} (${stoppedByLimit})`;
  return [
    '## What was searched',
    [
      `- Corpus: ${count(manifest.documents, 'document')} in ${count(manifest.files.length, 'file')}, ${number(manifest.bytes / 1e6)} MB of text, ${number(tokens.tokens)} tokens; ${count(manifest.duplicates, 'exact duplicate')} dropped, ${count(manifest.badCount, 'bad document')} skipped`,
      ...leftOut(manifest),
      `- Clusters: ${clustersLine(spec, domainSet)}`,
      ...prunedLine(domainSet),
      ...unjudgedLine(domainSet),
      `- Proxy: ${number(parameters(model))} parameters (width ${model.width}, ${model.layers} layers, vocabulary ${number(model.vocab)}, context ${model.context}), ${number(proxyTokens)} tokens, batch ${batch}, learning rate ${learningRate}`,
      ...startedFrom(spec),
      ...(poolShare < 1
        ? [
            `- Pools: a proxy reads ${Number((100 * poolShare).toPrecision(2))} % of each cluster, so that it repeats clusters as often as the target run would`,
          ]
        : []),
      `- Searched on: ${taskNames(spec.tasks).join(', ')} (${metricsOf(spec)})`,
      ...begunWith(run.evidence),
      `- Search: ${evidence.observations.length} proxies with a score in ${evidence.iterations} iterations, seed ${spec.seed}; ended by ${ended}${outlookText(outlook)}`,
    ].join('\n'),
    ...(manifest.bad.length === 0
      ? []
      : [
          `Bad documents: ${manifest.bad
            .slice(0, 5)
            .map(({ file, line, reason }) => `${cell(file)} line ${line} (${cell(reason)})`)
            .join('; ')}${manifest.badCount > 5 ? '; …' : ''}.`,
        ]),
  ].join('\n\n');
}

/** Why it converged, or how far it was from that: gain and noise are in units of the objective. */
function outlookText(outlook: Recipe['outlook']): string {
  if (outlook === undefined) return '';
  const [gain, noise] = [outlook.gain, outlook.noise].map((value) => Number(value.toPrecision(2)));
  return `; a further batch was expected to gain ${gain} at most, where two runs of one mixture differ by ${noise} (standard deviation)`;
}

/** What domain sets and manifests of searches begun before 0.2.0 don't say. */
const before020: { dropped: DomainSet['dropped']; origin?: DomainSet['origin'] } = { dropped: [] };

/** Documents that are neither bad nor exact duplicates, and yet in no cluster. */
function leftOut({
  nearDuplicates = 0,
  contaminatedCount = 0,
  contaminated = [],
  split = 0,
  heldOut,
}: Partial<Manifest>): string[] {
  const tasks = [...new Set(contaminated.map(({ task }) => task))].map(cell).join(', ');
  const parts = [
    ...(nearDuplicates > 0 ? [`${count(nearDuplicates, 'near duplicate')} dropped`] : []),
    ...(contaminatedCount > 0
      ? [`${count(contaminatedCount, 'document')} with text of evaluation items dropped (${tasks})`]
      : []),
    ...(heldOut === undefined ? [] : [`${count(heldOut.documents, 'document')} held out`]),
    ...(split > 0 ? [`${count(split, 'long document')} split`] : []),
  ];
  return parts.length === 0 ? [] : [`- Of the corpus: ${parts.join('; ')}`];
}

function clustersLine({ embedding, clusters }: SearchSpec, domainSet: DomainSet): string {
  const { map, dropped, clusters: found, origin } = { ...before020, ...domainSet };
  if (origin?.kind === 'field') return `${found.length} known domains, by the field ${cell(origin.field)}`;
  const dimensions = embedding.kind === 'lsa' ? `, ${embedding.dimensions ?? defaultDimensions} dimensions` : '';
  const pruned = dropped.length === 0 ? '' : `, ${dropped.length} pruned by quality`;
  return `${map.length} found without labels (${embedding.kind}${dimensions})${pruned}, merged to ${found.length} (${clusters.merge.method})`;
}

/** Which clusters quality was no judge of, on which axes and why. */
function unjudgedLine({ clusters }: DomainSet): string[] {
  const notes = clusters.flatMap(({ cluster, quality = {}, documents, kinds }) => {
    const note = unjudgedAxes(quality, documents, kinds);
    return note === undefined ? [] : [`${cluster} ${cell(note)}`];
  });
  return notes.length === 0 ? [] : [`- Quality: ${notes.slice(0, 5).join('; ')}${notes.length > 5 ? '; …' : ''}`];
}

/** Which clusters quality took away, the largest first. */
function prunedLine(domainSet: DomainSet): string[] {
  const { dropped } = { ...before020, ...domainSet };
  if (dropped.length === 0) return [];
  const documents = dropped.reduce((sum, cluster) => sum + cluster.documents, 0);
  const largest = [...dropped].sort((a, b) => b.documents - a.documents).slice(0, 5);
  const named = largest.map(({ terms, reasons }) => `${cell(terms.slice(0, 3).join(', '))} (${reasons.join('; ')})`);
  return [
    `- Pruned: ${count(documents, 'document')}, among them ${named.join('; ')}${dropped.length > largest.length ? '; …' : ''}`,
  ];
}

/** Said where the first batch wasn't proposed from nothing. */
function begunWith(evidence: Recipe['run']['evidence']): string[] {
  if (evidence === undefined) return [];
  const { used, leftOut } = evidence;
  const without =
    leftOut === 0
      ? ''
      : `; ${leftOut} left out, since the clusters of this search can tell their mixtures only approximately`;
  return [`- Began with evidence: ${count(used, 'run')} measured elsewhere${without}; \`hashes.evidence\` names them`];
}

/** Said where proxies don't start from their seeds. */
function startedFrom({ proxy }: SearchSpec): string[] {
  const { warmStart } = proxy;
  if (warmStart === undefined) return [];
  const trunk = trunkShape(proxy);
  const what =
    'checkpoint' in warmStart
      ? `the checkpoint ${cell(warmStart.checkpoint)} with the tokenizer ${cell(warmStart.tokenizer)}`
      : `one trunk, trained on ${number(trunk?.tokens ?? 0)} tokens of the corpus in its own proportions`;
  return [`- Every proxy started from ${what}; \`hashes.trunk\` of recipe.json names its weights`];
}
