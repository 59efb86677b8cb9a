import { workflowInfo } from '@temporalio/workflow';
import { minimumRule } from '../climb/mixture/mixture-space.ts';
import { mergeTarget } from '../climb/spec/corpus-rules.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import type { Ref } from '../climb/artifact.ts';
import type { Opening, Phase, Prepared, SearchState } from '../climb/search/search-state.ts';
import { enterPhase } from './phase.ts';
import { runStage } from './stages.ts';

/** From raw text to token shards by cluster: the axes of the search and the data of its proxies. */
export async function prepareCorpus(state: SearchState, opening: Opening): Promise<Prepared> {
  const { corpus, embedding, clusters, proxy, seed } = state.spec;

  await enterPhase(state, 'ingest');
  const ingest = {
    corpus: { corpus, clusters, embedding },
    tasks: corpus.decontaminate ? taskItems(state, opening) : [],
  };
  const manifest = (await runStage(opening, 'ingestCorpus', view('ingest', 'read the corpus'), ingest)).ref;
  const domainSet = await (clusters.field === undefined ? findClusters : groupDomains)(state, opening, manifest);
  await enterPhase(state, 'tokenise');
  const { vocab } = proxyShape(proxy).model;
  const tokenise = view('tokenise', `tokenise clusters · vocabulary ${vocab}`);
  const tokenizer = opening.warmStart?.tokenizer ?? opening.tokenizer;
  const { trainer } = proxy;
  const freeze = { search: workflowInfo().workflowId, reading: { corpus, clusters, embedding } };
  const shards = { manifest, domainSet, vocab, seed, trainer, ...(tokenizer && { tokenizer }), freeze };
  const tokens = (await runStage(opening, 'tokeniseClusters', tokenise, shards)).ref;
  return { manifest, domainSet, tokens };
}

/** Embedded, clustered, pruned by quality where the file asks for it, merged. */
async function findClusters(state: SearchState, opening: Opening, manifest: Ref): Promise<Ref> {
  const { embedding, clusters, seed } = state.spec;
  const { quality, merge } = clusters;
  const target = mergeTarget(clusters);
  const enter = (phase: Phase) => enterPhase(state, phase);

  await enter('embed');
  const embed = view('embed', `embed documents · ${embedding.kind}`);
  const vectors = (await runStage(opening, 'embedCorpus', embed, { manifest, embedding, seed })).ref;
  let scores: Ref | undefined;
  if (quality !== undefined) {
    await enter('quality');
    const score = view('quality', `score quality · ${quality.kind}`);
    scores = (await runStage(opening, 'scoreQuality', score, { manifest, quality })).ref;
  }
  await enter('cluster');
  const { initial } = clusters;
  const cluster = view('cluster', `cluster documents · K ${initial ?? 'by their number'}`);
  const k = { ...(initial && { initial }) };
  const found = (await runStage(opening, 'clusterCorpus', cluster, { vectors, clusters: k, least: target ?? 2, seed }))
    .ref;
  await enter('merge');
  const until = target === null ? `nearer than ${merge.threshold}` : `to ${target}`;
  const merged = await runStage(opening, 'mergeClusters', view('merge', `merge clusters · ${until}`), {
    manifest,
    clusters: found,
    merge: {
      method: merge.method,
      target,
      threshold: merge.threshold ?? null,
      weighted: merge.weighted,
      ...minimumRule(state.spec),
    },
    ...(scores && { quality: scores }),
    ...(quality?.prune && { prune: quality.prune }),
    seed,
  });
  return merged.ref;
}

/** Known domains as they are. */
async function groupDomains(state: SearchState, opening: Opening, manifest: Ref): Promise<Ref> {
  const { clusters, seed } = state.spec;
  const field = clusters.field as string;
  await enterPhase(state, 'group');
  const group = view('group', `group documents by ${field}`);
  return (await runStage(opening, 'groupByField', group, { manifest, field, ...minimumRule(state.spec), seed })).ref;
}

/** What no document may contain: the items of all tasks. */
function taskItems({ spec }: SearchState, opening: Opening): { name: string; items: Ref }[] {
  const named = (tasks: readonly { name: string }[], items: readonly Ref[]) =>
    items.map((ref, at) => ({ name: tasks[at]?.name ?? '', items: ref }));
  return [...named(spec.tasks, opening.tasks), ...named(spec.report.tasks, opening.reportTasks)];
}

const view = (activityId: string, summary: string) => ({ activityId, summary });
