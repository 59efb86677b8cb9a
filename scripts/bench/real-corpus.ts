import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createActivities } from '../../activities/index.ts';
import { openWorld } from '../../adapters/world.ts';
import type { Ref } from '../../climb/artifact.ts';
import {
  countTogether,
  normalisedMutualInformation,
  purity,
  type Contingency,
} from '../../climb/corpus/contingency.ts';
import type { Clusters, Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import { uint16Of } from '../../climb/corpus/little-endian.ts';
import { uniformMixtureTokens } from '../../climb/mixture/mixture-space.ts';
import { mergeTarget } from '../../climb/spec/corpus-rules.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { refusals } from '../refusals.ts';
import { ownUsage, rounded, type Usage } from './bench-process.ts';
import { benchSettings, specFor } from './corpus-world.ts';
import { balancedSample, labelsOf } from './labelled-sample.ts';

type Options = { corpus: string; labelField?: string | undefined; perLabel?: number | undefined };
type Stages = ReturnType<typeof createActivities>;

const seeds = [1, 2, 3];

/** Where the paper's clusters end before merging, and purity is asked for. */
const manyClusters = 240;

/**
 * From text to token shards by the stages of a search, each timed; and how well clusters fit the true domains, on a
 * sample of so many documents a domain or on all.
 * @param folder for what is made on the way
 */
export async function realCorpus(
  { corpus, labelField, perLabel }: Options,
  folder: string,
): Promise<Record<string, unknown>> {
  const path = resolve(corpus);
  const usageFile = join(folder, 'usage.json');
  const world = await openWorld(benchSettings(join(folder, 'home'), [dirname(path), folder], usageFile));
  const stages = createActivities({ ...world, searchAttributes: () => Promise.resolve([]) });
  const spec = specFor(basename(path), labelField);
  const { embedding, clusters, proxy } = spec;
  const target = mergeTarget(clusters);
  const seed = 1;

  const read = await timed(() => stages.ingestCorpus({ corpus: spec, tasks: [] }));
  const manifest = read.made.ref;
  const { documents, bytes, ...rest } = await world.store.readJson<Manifest>(manifest);
  const embedded = await timed(() => stages.embedCorpus({ manifest, embedding, seed }));
  const vectors = embedded.made.ref;
  const clustered = await timed(() => stages.clusterCorpus({ vectors, clusters: {}, least: target ?? 2, seed }));
  const { method, weighted, threshold = null } = clusters.merge;
  const merge = { method, weighted, target, threshold, uniformTokens: uniformMixtureTokens(spec) };
  const merged = await timed(() => stages.mergeClusters({ manifest, clusters: clustered.made.ref, merge, seed }));
  const { vocab } = proxyShape(proxy).model;
  const tokenise = { manifest, domainSet: merged.made.ref, vocab, seed, trainer: 'default' };
  const tokenised = await timed(() => stages.tokeniseClusters(tokenise));
  const trainer = JSON.parse(await readFile(usageFile, 'utf8')) as Usage;

  let fit: Fit | undefined;
  if (labelField !== undefined) {
    let sample = manifest;
    if (perLabel !== undefined) {
      await writeFile(
        join(folder, 'sample.jsonl'),
        await balancedSample(world.store, { documents, bytes, ...rest }, perLabel),
      );
      const drawn = specFor(join(folder, 'sample.jsonl'), 'label');
      sample = (await refusals(() => stages.ingestCorpus({ corpus: drawn, tasks: [] }))).ref;
    }
    fit = await fitToLabels(stages, world.store, sample, embedding);
  }
  const own = ownUsage();
  await world.close();
  return {
    documents,
    bytes,
    readMBps: rounded(bytes / 1e6 / read.seconds),
    embedDocsPerSec: Math.round(documents / embedded.seconds),
    nmi: fit === undefined ? null : rounded(fit.nmi, 4),
    purity240: fit === undefined ? null : rounded(fit.purity, 4),
    clusterSeconds: rounded(clustered.seconds),
    tokeniseMBps: rounded(bytes / 1e6 / trainer.cpuSeconds),
    peakRssMB: Math.max(own.peakRssMB, trainer.peakRssMB),
    labels: fit?.labels ?? null,
    labelled: fit?.documents ?? null,
    clusters: clustered.made.summary.clusters,
    mergeSeconds: rounded(merged.seconds),
    tokeniseSeconds: rounded(tokenised.seconds),
    nodePeakRssMB: own.peakRssMB,
    trainerPeakRssMB: trainer.peakRssMB,
  };
}

async function timed<T>(stage: () => Promise<T>): Promise<{ made: T; seconds: number }> {
  const began = performance.now();
  const made = await refusals(stage);
  return { made, seconds: (performance.now() - began) / 1000 };
}

type Fit = { readonly nmi: number; readonly purity: number; readonly labels: number; readonly documents: number };

/** Means over seeds, each of which embeds and clusters anew. */
async function fitToLabels(
  stages: Stages,
  store: Awaited<ReturnType<typeof openWorld>>['store'],
  manifest: Ref,
  embedding: Parameters<Stages['embedCorpus']>[0]['embedding'],
): Promise<Fit> {
  const labels = await labelsOf(store, await store.readJson<Manifest>(manifest));
  const domains = new Set(labels.filter((label) => label !== null)).size;
  const sums = { nmi: 0, purity: 0 };
  for (const seed of seeds) {
    const { ref: vectors } = await refusals(() => stages.embedCorpus({ manifest, embedding, seed }));
    const tableAt = async (initial: number): Promise<Contingency> => {
      const { ref } = await refusals(() => stages.clusterCorpus({ vectors, clusters: { initial }, seed }));
      const { assignment } = await store.readJson<Clusters>(ref);
      const clusters = uint16Of(await store.read(assignment));
      const table: Contingency = new Map();
      for (const [at, label] of labels.entries()) if (label !== null) countTogether(table, label, clusters[at]!);
      return table;
    };
    sums.nmi += normalisedMutualInformation(await tableAt(domains));
    sums.purity += purity(await tableAt(manyClusters));
  }
  return {
    nmi: sums.nmi / seeds.length,
    purity: sums.purity / seeds.length,
    labels: domains,
    documents: labels.length,
  };
}
