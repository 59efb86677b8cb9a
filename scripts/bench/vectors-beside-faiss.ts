import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterCorpus } from '../../activities/cluster-corpus.ts';
import { climbHome, repositoryRoot } from '../../adapters/home.ts';
import { pythonEnvironment } from '../../adapters/python-environment.ts';
import { openWorld } from '../../adapters/world.ts';
import type { Clusters, PrecomputedModel, Vectors } from '../../climb/corpus/corpus-artifacts.ts';
import { lastLine, outputOf, ownUsage, rounded } from './bench-process.ts';
import { benchSettings } from './corpus-world.ts';

const faiss = 'faiss-cpu==1.15.1';
const program = join(repositoryRoot, 'trainer/bench_faiss.py');

type FaissFigures = { seconds: number; fitSeconds: number; cpuSeconds: number; inertia: number };

/**
 * Clusters made vectors as a search would, from the artifact of the vectors to that of the clusters, and with FAISS, from
 * vectors in memory to the assignment in memory.
 * @param folder for what is made on the way
 */
export async function vectorsBesideFaiss(
  { n, d, k }: { n: number; d: number; k: number },
  folder: string,
): Promise<Record<string, unknown>> {
  const { python } = pythonEnvironment(repositoryRoot);
  const packages = await faissPackages(python);
  const made = join(folder, 'vectors.f32');
  await outputOf(python, [program, 'make', String(n), String(d), made]);

  const world = await openWorld(benchSettings(join(folder, 'home'), [folder]));
  const { store } = world;
  const model: PrecomputedModel = { schema: 1, kind: 'precomputed-model', dimensions: d };
  const vectors = await store.copyFile(made);
  const artifact: Vectors = {
    schema: 1,
    kind: 'vectors',
    count: n,
    dimensions: d,
    vectors,
    model: await store.putJson(model),
  };
  const input = { vectors: await store.putJson(artifact), clusters: { initial: k }, seed: 1 };
  const before = ownUsage();
  const began = performance.now();
  const { ref, summary } = await clusterCorpus(world)(input);
  const seconds = (performance.now() - began) / 1000;
  const { cpuSeconds, peakRssMB } = ownUsage();
  const { k: found } = await store.readJson<Clusters>(ref);
  await world.close();

  const env = { ...process.env, PYTHONPATH: packages };
  const sizes = [n, d, k].map(String);
  const theirs = JSON.parse(
    lastLine(await outputOf(python, [program, 'cluster', ...sizes, made], env)),
  ) as FaissFigures;
  return {
    n,
    d,
    k: found,
    seconds: rounded(seconds),
    faissSeconds: rounded(theirs.seconds),
    ratio: rounded(seconds / theirs.seconds),
    inertiaRatio: rounded(summary.inertia / theirs.inertia, 5),
    cpuSeconds: rounded(cpuSeconds - before.cpuSeconds),
    faissCpuSeconds: rounded(theirs.cpuSeconds),
    peakRssMB,
  };
}

/** Where FAISS lies: installed once, apart from everything that set-up brings. */
async function faissPackages(python: string): Promise<string> {
  const target = join(climbHome(), 'bench', faiss.replace('==', '-'));
  if (existsSync(target)) return target;
  const half = `${target}.part`;
  await rm(half, { recursive: true, force: true });
  console.error(`installing ${faiss}`);
  await outputOf(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', half, faiss]);
  await rename(half, target);
  return target;
}
