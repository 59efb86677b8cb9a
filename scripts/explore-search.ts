import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../activities/index.ts';
import type { Deps } from '../activities/deps.ts';
import type { Ref } from '../climb/artifact.ts';
import type { Clusters, DomainSet, Manifest, QualityScores, Vectors } from '../climb/corpus/corpus-artifacts.ts';
import { initialClusters } from '../climb/corpus/cluster.ts';
import { float32Of } from '../climb/corpus/little-endian.ts';
import { sourcesOf } from '../climb/corpus/reading.ts';
import { clusterMap } from '../climb/explore/cluster-map.ts';
import {
  corpusFacts,
  figuresOf,
  type Exploration,
  type ExploredClustering,
  type ExploredRow,
} from '../climb/explore/exploration.ts';
import { mergeWords } from '../climb/explore/exploration-text.ts';
import { badWarning, firstBad, leftOut } from '../climb/explore/left-out.ts';
import { settingsToExplore, type Setting, type Wanted } from '../climb/explore/settings.ts';
import { count, number } from '../climb/markdown.ts';
import { minimumRule } from '../climb/mixture/mixture-space.ts';
import { InvalidInput, type Problem } from '../climb/problem.ts';
import { mergeTarget } from '../climb/spec/corpus-rules.ts';
import type { SearchSpec, TaskSpec } from '../climb/spec/search-file.ts';
import { unlabelledLines } from './inspection-lines.ts';
import { refusals } from './refusals.ts';
import { CommandProblem } from './run-command.ts';

type Stages = Pick<Activities, 'ingestCorpus' | 'embedCorpus' | 'scoreQuality' | 'clusterCorpus' | 'mergeClusters'>;
type World = Pick<Deps, 'store' | 'tasks'>;

/** Errors by which a task is refused. */
const taskRefusals = new Set(['BadTask', 'RefusedPath']);

/**
 * The corpus half of a search with many settings instead of one, by the activities that the search would run: what it
 * finds here it finds in the ledger, and pays for nothing twice.
 * @param say gets a line for each thing that is done, `warn` one for what looks like a mistake
 * @throws InvalidInput for tasks that can't be read, CommandProblem for a corpus that can't be used
 */
export async function exploreSearch(
  { file, spec, wanted }: { file: string; spec: SearchSpec; wanted: Wanted },
  {
    world,
    stages,
    say,
    warn,
  }: {
    world: World;
    stages: Stages;
    say: (line: string) => void;
    warn: (line: string) => void;
  },
): Promise<Exploration> {
  const { corpus, embedding, clusters, seed } = spec;
  if (clusters.field !== undefined) {
    throw new CommandProblem(
      `${file} takes the domains of the field "${clusters.field}" as they are, so there is no clustering to choose. Try: a copy of the file without clusters.field`,
    );
  }
  const { store } = world;
  const tasks = corpus.decontaminate ? await taskItems(spec, world) : [];
  const manifest = (await refusals(() => stages.ingestCorpus({ corpus: { corpus, clusters, embedding }, tasks }))).ref;
  const read = await store.readJson<Manifest>(manifest);
  say(`read ${count(read.documents, 'document')}, ${(read.bytes / 1e6).toFixed(1)} MB of text`);
  const facts = corpusFacts(read);
  for (const line of [...leftOut(facts), ...firstBad(facts)]) say(`  ${line}`);
  const warning = badWarning(facts);
  if (warning !== undefined) warn(warning);
  refuseTooMany(spec, wanted, read.documents);
  const vectors = (await refusals(() => stages.embedCorpus({ manifest, embedding, seed }))).ref;
  const { dimensions } = await store.readJson<Vectors>(vectors);
  say(`embedded them by ${embedding.kind} in ${count(dimensions, 'dimension')}`);
  const { quality } = clusters;
  const scores = quality && (await refusals(() => stages.scoreQuality({ manifest, quality }))).ref;
  const axes = scores === undefined ? [] : (await store.readJson<QualityScores>(scores)).axes;
  if (axes.length > 0) say(`scored their quality: ${axes.join(', ')}`);

  const own = initialClusters(clusters, read.documents, mergeTarget(clusters) ?? 2);
  const found = new Map<number, ExploredClustering & { readonly ref: Ref }>();
  const rows: ExploredRow[] = [];
  for (const setting of settingsToExplore(clusters, { own, documents: read.documents }, wanted)) {
    const { k, merge } = setting;
    let clustering = found.get(k);
    if (clustering === undefined) {
      const { ref } = await refusals(() => stages.clusterCorpus({ vectors, clusters: { initial: k }, seed }));
      const { sizes, inertia, centroids, dimensions: length } = await store.readJson<Clusters>(ref);
      clustering = { k, sizes, inertia, points: clusterMap(float32Of(await store.read(centroids)), length), ref };
      found.set(k, clustering);
      say(`K ${number(k)}: ${count(sizes.length, 'cluster')}`);
    }
    const input = {
      manifest,
      clusters: clustering.ref,
      merge: {
        ...merge,
        weighted: clusters.merge.weighted,
        ...minimumRule(spec),
      },
      ...(scores && { quality: scores }),
      ...(quality?.prune && { prune: quality.prune }),
      seed,
    };
    const row = await merged(setting, axes, { world, stages }, input);
    rows.push(row);
    say(`K ${number(k)}, ${mergeWords(merge)}: ${'figures' in row ? count(row.figures.clusters, 'cluster') : 'none'}`);
  }
  const sources = sourcesOf(spec);
  const compared = rows.filter((row) => 'figures' in row).map(({ figures }) => figures.nmi);
  if (compared.length > 0 && compared.every((nmi) => nmi === null)) {
    for (const line of unlabelledLines(sources, sources.keys())) warn(line);
  }
  return {
    schema: 1,
    kind: 'exploration',
    file,
    seed,
    corpus: facts,
    embedding: { kind: embedding.kind, dimensions },
    axes,
    clusterings: [...found.values()].map(({ ref: _, ...clustering }) => clustering),
    rows,
  };
}

/** Before anything is computed that a refusal halfway would hide. @throws CommandProblem */
function refuseTooMany({ clusters }: SearchSpec, { k = [] }: Wanted, documents: number): void {
  const given = [...k.map((value) => ['--k', value] as const), ['clusters.initial', clusters.initial ?? 0] as const];
  const tooMany = given.find(([, value]) => value > documents);
  if (tooMany === undefined) return;
  const [name, value] = tooMany;
  throw new CommandProblem(
    `${name} is ${number(value)}, but the corpus has ${count(documents, 'document')}: a cluster without a document has nothing to train on. Try: ${number(Math.max(2, Math.floor(documents / 50)))}, fifty documents a cluster`,
  );
}

/** One row. A setting that leaves nothing to search over is a row too. */
async function merged(
  setting: Setting,
  axes: readonly string[],
  { world, stages }: { world: World; stages: Stages },
  input: Parameters<Stages['mergeClusters']>[0],
): Promise<ExploredRow> {
  try {
    const { ref, summary } = await refusals(() => stages.mergeClusters(input), ['BadCorpus']);
    const { clusters, map, dropped } = await world.store.readJson<DomainSet>(ref);
    return {
      ...setting,
      figures: figuresOf({ clusters, dropped }, summary.nmi, axes),
      domainSet: ref,
      clusters,
      map,
      dropped,
    };
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== 'BadCorpus') throw error;
    return { ...setting, problem: error.message };
  }
}

/** The items of all tasks as artifacts, as `openSearch` stores them; no document may contain one. */
async function taskItems({ tasks, report }: SearchSpec, world: World): Promise<{ name: string; items: Ref }[]> {
  const problems: Problem[] = [];
  const found: { name: string; items: Ref }[] = [];
  const itemsOf = async (where: string, list: readonly TaskSpec[]) => {
    for (const [at, task] of list.entries()) {
      try {
        const items = await world.tasks.items(task);
        const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');
        found.push({ name: task.name, items: await world.store.put(lines) });
      } catch (error) {
        if (!(error instanceof Error) || !taskRefusals.has(error.name)) throw error;
        problems.push({ path: 'field' in error ? String(error.field) : `${where}.${at}`, message: error.message });
      }
    }
  };
  await itemsOf('tasks', tasks);
  await itemsOf('report.tasks', report.tasks);
  if (problems.length > 0) throw new InvalidInput('the search file', problems);
  return found;
}
