import { minimumClusterTokens } from '../climb/mixture/mixture-space.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import type { Opening, Phase, Prepared, SearchState } from '../climb/search/search-state.ts';
import { enterPhase } from './phase.ts';
import { runStage } from './stages.ts';

/** From raw text to token shards by cluster: the axes of the search and the data of its proxies. */
export async function prepareCorpus(state: SearchState, opening: Opening): Promise<Prepared> {
  const { corpus, embedding, clusters, proxy, seed } = state.spec;
  const enter = (phase: Phase) => enterPhase(state, phase);

  await enter('ingest');
  const manifest = (await runStage(opening, 'ingestCorpus', view('ingest', 'read the corpus'), { corpus })).ref;
  await enter('embed');
  const embed = view('embed', `embed documents · ${embedding.kind} ${embedding.dimensions}`);
  const vectors = (await runStage(opening, 'embedCorpus', embed, { manifest, embedding, seed })).ref;
  await enter('cluster');
  const cluster = view('cluster', `cluster documents · K ${clusters.initial}`);
  const { initial, merge } = clusters;
  const found = (await runStage(opening, 'clusterCorpus', cluster, { vectors, clusters: { initial }, seed })).ref;
  await enter('merge');
  const domainSet = (
    await runStage(opening, 'mergeClusters', view('merge', `merge clusters · ${initial} to ${merge.target}`), {
      manifest,
      clusters: found,
      merge: { target: merge.target, minimumTokens: merge.minimumTokens ?? minimumClusterTokens(state.spec) },
      seed,
    })
  ).ref;
  await enter('tokenise');
  const { vocab } = proxyShape(proxy).model;
  const tokenise = view('tokenise', `tokenise clusters · vocabulary ${vocab}`);
  const given = opening.warmStart && { tokenizer: opening.warmStart.tokenizer };
  const { trainer } = proxy;
  const shards = { manifest, domainSet, vocab, seed, trainer, ...given };
  const tokens = (await runStage(opening, 'tokeniseClusters', tokenise, shards)).ref;
  return { manifest, domainSet, tokens };
}

const view = (activityId: string, summary: string) => ({ activityId, summary });
