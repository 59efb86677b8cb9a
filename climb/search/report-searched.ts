import type { DomainSet, Manifest } from '../corpus/corpus-artifacts.ts';
import type { TokenShards } from '../corpus/token-shards.ts';
import { cell, count, number } from '../markdown.ts';
import { poolsOf } from '../mixture/pools.ts';
import { parameters, proxyShape } from '../spec/proxy-shape.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import { trunkShape } from '../spec/trunk.ts';
import type { Recipe } from './recipe.ts';
import { taskNames } from './report-verification.ts';

type Sources = {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  readonly domainSet: DomainSet;
  readonly tokens: TokenShards;
};

/** What the recipe rests on: corpus, clusters, proxies, tasks. */
export function searchedSection({
  recipe: { spec, evidence, stoppedBy, stoppedByLimit },
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
      `- Clusters: ${domainSet.map.length} found without labels (${spec.embedding.kind}, ${spec.embedding.dimensions} dimensions), merged to ${domainSet.clusters.length}`,
      `- Proxy: ${number(parameters(model))} parameters (width ${model.width}, ${model.layers} layers, vocabulary ${number(model.vocab)}, context ${model.context}), ${number(proxyTokens)} tokens, batch ${batch}, learning rate ${learningRate}`,
      ...startedFrom(spec),
      ...(poolShare < 1
        ? [
            `- Pools: a proxy reads ${Number((100 * poolShare).toPrecision(2))} % of each cluster, so that it repeats clusters as often as the target run would`,
          ]
        : []),
      `- Searched on: ${taskNames(spec.tasks).join(', ')} (${spec.tasks[0]?.metric})`,
      `- Search: ${evidence.observations.length} proxies with a score in ${evidence.iterations} iterations, seed ${spec.seed}; ended by ${ended}`,
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
