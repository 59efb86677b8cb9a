import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assignShard } from '../../activities/assign-shard.ts';
import { clusterCorpus } from '../../activities/cluster-corpus.ts';
import type { Deps } from '../../activities/deps.ts';
import { embedCorpus } from '../../activities/embed-corpus.ts';
import { groupByField } from '../../activities/group-by-field.ts';
import { ingestCorpus } from '../../activities/ingest-corpus.ts';
import { mergeClusters } from '../../activities/merge-clusters.ts';
import { openAssignment } from '../../activities/open-assignment.ts';
import { Compute } from '../../adapters/compute.ts';
import type { Ref } from '../../climb/artifact.ts';
import type { AssignedDocument } from '../../climb/corpus/assigned-lines.ts';
import type { DomainSet, Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import { parseShard } from '../../climb/corpus/corpus-shard.ts';
import type { FileAssignment } from '../../climb/corpus/file-assignment.ts';
import { uint16Of } from '../../climb/corpus/little-endian.ts';
import { stream } from '../../climb/random.ts';
import type { AssignInput, FrozenDomainSet } from '../../climb/spec/assign-input.ts';
import type { SearchFile } from '../../climb/spec/search-file.ts';
import { filesBelow, place, scratch } from '../adapters/scratch.ts';
import { specOf } from '../climb/made-search.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

const root = scratch();
const compute = new Compute(2);
afterAll(() => compute.close());

/** Topics with words of their own; the same words as a vector, for a corpus that brings its own. */
const topics = [
  'whale ship harpoon captain sail deck',
  'bread oven flour butter yeast dough',
  'judge appeal jury verdict lawyer trial',
  'planet comet orbit telescope galaxy moon',
];
const document = (seed: number) => {
  const draws = stream(seed, ['document']);
  const topic = seed % 4;
  const words = topics[topic]!.split(' ');
  const vector = [0, 1, 2, 3].map((at) => (at === topic ? 1 : 0.1 * draws.uniform()));
  const text = Array.from({ length: 20 }, () => words[draws.integer(6)]).join(' ');
  return { text, topic: `topic${topic}`, vector };
};
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const corpus = Array.from({ length: 120 }, (_, seed) => document(seed));

type World = { folder: string; deps: Deps };
const worldOf = (folder: string): World => ({ folder, deps: worldIn(folder, { compute }) });

/** A corpus read, clustered and frozen as a search does it. */
async function frozen(
  name: string,
  file: Partial<SearchFile> = {},
): Promise<World & { domainSet: DomainSet; manifest: Manifest }> {
  const world = worldOf(join(root, name));
  const { deps, folder } = world;
  await place(join(folder, 'corpus.jsonl'), lines(corpus));
  const spec = specOf({ corpus: { path: 'corpus.jsonl' }, embedding: { kind: 'lsa', dimensions: 8 }, ...file });
  const manifest = (await perform(ingestCorpus(deps), { corpus: spec, tasks: [] })).ref;
  const { seed, embedding, clusters } = spec;
  let ref: Ref;
  if (clusters.field !== undefined) {
    ref = (await perform(groupByField(deps), { manifest, field: clusters.field, minimumTokens: 1, seed })).ref;
  } else {
    const vectors = (await perform(embedCorpus(deps), { manifest, embedding, seed })).ref;
    const found = (await perform(clusterCorpus(deps), { vectors, clusters: { initial: 8 }, least: 4, seed })).ref;
    const merge = { method: 'ward' as const, target: 4, threshold: null, weighted: false, minimumTokens: 1 };
    ref = (await perform(mergeClusters(deps), { manifest, clusters: found, merge, seed })).ref;
  }
  await freeze(world, ref, { corpus: spec.corpus, clusters, embedding });
  const { store } = deps;
  return {
    ...world,
    domainSet: await store.readJson<DomainSet>(ref),
    manifest: await store.readJson<Manifest>(manifest),
  };
}

async function freeze({ deps }: World, domainSet: Ref, reading: FrozenDomainSet['reading']): Promise<void> {
  const record: FrozenDomainSet = { schema: 1, kind: 'frozen-domain-set', domainSet, reading };
  await deps.searches.write('a search', 'domain-set.json', JSON.stringify(record));
}

const open = ({ deps }: World, given: AssignInput['corpus'], search = 'a search') =>
  perform(openAssignment(deps), { search, corpus: given });

/** Every file of a path, assigned one after another. */
async function assign(world: World, path: string, publish?: string) {
  const { plan, files } = await open(world, { path });
  const made: { lines: AssignedDocument[]; bytes: Buffer; assignment: FileAssignment; path: string }[] = [];
  for (let file = 0; file < files; file++) {
    const { ref, summary } = await perform(assignShard(world.deps), { plan, file, ...(publish && { publish }) });
    const bytes = await world.deps.store.read(summary.assignment);
    const lines = bytes
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AssignedDocument);
    made.push({ lines, bytes, assignment: await world.deps.store.readJson(ref), path: summary.path });
  }
  return made;
}

/** Of each document of the corpus its cluster, as the domain set has it. */
async function known({ deps, domainSet, manifest }: Awaited<ReturnType<typeof frozen>>) {
  const assignment = uint16Of(await deps.store.read(domainSet.assignment));
  const found = new Map<string, string>();
  for (const { ref } of manifest.shards) {
    for (const { id } of parseShard(await deps.store.read(ref))) {
      found.set(id, domainSet.clusters[assignment[found.size]!]!.cluster);
    }
  }
  return found;
}

const clustered = () => frozen('clustered');
let world: Awaited<ReturnType<typeof frozen>>;
beforeAll(async () => {
  world = await clustered();
}, 60_000);

describe('a frozen domain set', () => {
  test('gives the corpus that was clustered the clusters that it has', async () => {
    const [made] = await assign(world, 'corpus.jsonl');
    const expected = await known(world);
    expect(expected.size).toBe(120);
    expect(new Map(made!.lines.map(({ id, cluster }) => [id, cluster]))).toEqual(expected);
    expect(made!.lines.map(({ line }) => line)).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
    const { clusters, documents, unassigned, records } = made!.assignment;
    expect({ documents, unassigned, records }).toEqual({ documents: 120, unassigned: 0, records: 120 });
    expect(clusters.map(({ cluster, documents, bytes }) => [cluster, documents, bytes])).toEqual(
      world.domainSet.clusters.map(({ cluster, documents, bytes }) => [cluster, documents, bytes]),
    );
  });

  test('gives later documents the cluster of their topic, with lines as they are in the file', async () => {
    const later = [document(1001), document(1002), document(1005)];
    await place(join(world.folder, 'later.jsonl'), `\n${lines(later.slice(0, 1))}not JSON\n\n${lines(later.slice(1))}`);
    const [made] = await assign(world, 'later.jsonl');
    expect(made!.lines.map(({ line }) => line)).toEqual([2, 5, 6]);
    const clusters = made!.lines.map(({ cluster }) => cluster);
    expect(clusters[0]).toBe(clusters[2]);
    expect(clusters[0]).not.toBe(clusters[1]);
    expect(made!.assignment).toMatchObject({ records: 4, badCount: 1, bad: [{ line: 3, reason: 'not JSON' }] });
  });

  test('of a strict corpus refuses a file with a bad document, with its line', async () => {
    const strict = await frozen('strict', { corpus: { path: 'corpus.jsonl', strict: true } });
    await place(join(strict.folder, 'later.jsonl'), `${lines([document(1001)])}not JSON\n`);
    const failure = await failureOf(assign(strict, 'later.jsonl'));
    expect(failure).toMatchObject({ type: 'BadCorpus', nonRetryable: true });
    expect(failure.message).toContain('later.jsonl line 2: not JSON; a strict corpus has no bad documents');
  });

  test('a record that is longer than the cap is a line for each of its pieces', async () => {
    const long = { text: Array.from({ length: 8000 }, () => 'whale harpoon').join(' ') };
    await place(join(world.folder, 'long.jsonl'), lines([document(1), long]));
    const [made] = await assign(world, 'long.jsonl');
    expect(made!.lines.map(({ line }) => line)).toEqual([1, 2, 2]);
    expect(new Set(made!.lines.map(({ id }) => id)).size).toBe(3);
  });

  test('a document that stands twice is assigned twice: nothing is dropped here', async () => {
    await place(join(world.folder, 'twice.jsonl'), lines([document(1), document(1)]));
    const [made] = await assign(world, 'twice.jsonl');
    expect(made!.lines.map(({ cluster }) => cluster)).toEqual([made!.lines[0]!.cluster, made!.lines[0]!.cluster]);
  });

  test('an empty file has no documents, and a pruned cluster none either', async () => {
    await place(join(world.folder, 'empty.jsonl'), '');
    const [made] = await assign(world, 'empty.jsonl');
    expect(made!.assignment).toMatchObject({ documents: 0, records: 0, assignment: { bytes: 0 } });

    const { map } = world.domainSet;
    const pruned = { ...world.domainSet, map: map.map((cluster) => (cluster === 0 ? null : cluster)) };
    const { deps, folder } = world;
    const other: World = { folder, deps };
    const { corpus: reading, embedding, clusters } = specOf({ corpus: { path: 'corpus.jsonl' } });
    await freeze(other, await deps.store.putJson(pruned), { corpus: reading, embedding, clusters });
    const [left] = await assign(other, 'corpus.jsonl');
    const first = world.domainSet.clusters[0]!;
    expect(left!.lines.filter(({ cluster }) => cluster === null)).toHaveLength(first.documents);
    expect(left!.assignment.unassigned).toBe(first.documents);
    expect(left!.assignment.clusters[0]).toMatchObject({ documents: 0, bytes: 0 });
    await clustered();
  });
});

describe('the same bytes', () => {
  test('whoever assigns, one after another or several at once, and by the name of the search for people', async () => {
    for (const [at, shard] of [corpus.slice(0, 50), corpus.slice(50)].entries()) {
      await place(join(world.folder, `shards/part-${at}.jsonl`), lines(shard));
    }
    const alone = await assign(world, 'shards');
    /** Others that have the state of the search, and nothing that was assigned since. */
    const others = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const folder = join(root, name);
        await cp(world.folder, folder, { recursive: true });
        await rm(join(folder, 'ledger'), { recursive: true });
        return worldOf(folder);
      }),
    );
    const both = await Promise.all(others.map((other) => assign(other, 'shards', 'later')));
    const here = await Promise.all([assign(world, 'shards', 'later'), assign(world, 'shards', 'later')]);
    for (const made of [...both, ...here]) {
      expect(made.map(({ bytes, assignment }) => [bytes, assignment])).toEqual(
        alone.map(({ bytes, assignment }) => [bytes, assignment]),
      );
    }
    const published = world.deps.searches.path('later', 'assigned/shards');
    expect((await filesBelow(published)).sort()).toEqual(
      [0, 1].flatMap((at) => [`part-${at}.jsonl.clusters.jsonl`, `part-${at}.jsonl.summary.json`]),
    );
    expect(await readFile(join(published, 'part-1.jsonl.clusters.jsonl'))).toEqual(alone[1]!.bytes);
    const summary = JSON.parse(await readFile(join(published, 'part-1.jsonl.summary.json'), 'utf8')) as object;
    expect(summary).toEqual({ path: 'shards/part-1.jsonl', ...alone[1]!.assignment });
  }, 60_000);

  test('what lies in its place stays if it is of another file, and may be written again if it is of the same', async () => {
    const path = join(world.folder, 'daily.jsonl');
    await place(path, lines([corpus[0]]));
    const [monday] = await assign(world, 'daily.jsonl', 'daily');
    await assign(world, 'daily.jsonl', 'daily');
    await writeFile(path, lines([corpus[1]]));
    const failure = await failureOf(assign(world, 'daily.jsonl', 'daily'));
    expect(failure).toMatchObject({
      type: 'BadCorpus',
      nonRetryable: true,
      message: expect.stringMatching(
        /another file of that name .* would replace; try a workflow id of its own for daily/,
      ),
    });
    expect((failure as Error).message).toContain(monday!.assignment.sha256);
    const published = world.deps.searches.path('daily', 'assigned/daily.jsonl.clusters.jsonl');
    expect(await readFile(published)).toEqual(monday!.bytes);
  });

  test('a file of another name is found again', async () => {
    const [first] = await assign(world, 'corpus.jsonl');
    await cp(join(world.folder, 'corpus.jsonl'), join(world.folder, 'copy.jsonl'));
    const idle = { ...world.deps, compute: { map: () => Promise.reject(new Error('nothing to compute')) } as never };
    const [again] = await assign({ ...world, deps: idle }, 'copy.jsonl');
    expect(again!.bytes).toEqual(first!.bytes);
  });
});

test('known domains: by the field of the search, none for a domain that it did not know', async () => {
  const grouped = await frozen('grouped', { clusters: { field: 'topic' } });
  const [made] = await assign(grouped, 'corpus.jsonl');
  expect(new Map(made!.lines.map(({ id, cluster }) => [id, cluster]))).toEqual(await known(grouped));
  await place(join(grouped.folder, 'later.jsonl'), lines([document(2), { ...document(3), topic: 'opera' }]));
  const [later] = await assign(grouped, 'later.jsonl');
  const { clusters } = grouped.domainSet;
  expect(later!.lines.map(({ cluster }) => cluster)).toEqual([
    clusters.find(({ label }) => label === 'topic2')!.cluster,
    null,
  ]);
});

test('vectors that are a field of the records: later records bring their own', async () => {
  const own = await frozen('vectors', { embedding: { kind: 'precomputed', field: 'vector' } });
  const [made] = await assign(own, 'corpus.jsonl');
  expect(new Map(made!.lines.map(({ id, cluster }) => [id, cluster]))).toEqual(await known(own));
  await place(join(own.folder, 'short.jsonl'), lines([document(2), { ...document(3), vector: [1, 2] }]));
  const [short] = await assign(own, 'short.jsonl');
  expect(short!.assignment).toMatchObject({ documents: 1, badCount: 1, bad: [{ line: 2 }] });
  const beside = specOf({ embedding: { kind: 'precomputed', path: 'vectors.npy' } });
  const { domainSet } = JSON.parse((await own.deps.searches.read('a search', 'domain-set.json'))!) as FrozenDomainSet;
  await freeze(own, domainSet, { corpus: beside.corpus, clusters: beside.clusters, embedding: beside.embedding });
  expect(await failureOf(open(own, { path: 'corpus.jsonl' }))).toMatchObject({
    type: 'UnknownDomainSet',
    nonRetryable: true,
    message: expect.stringContaining('no later document has one'),
  });
});

describe('refused by name, once and for all', () => {
  const refused = (type: string, piece: string) => ({
    type,
    nonRetryable: true,
    message: expect.stringContaining(piece),
  });

  test('a search that has no domain set, and one that somebody wrote himself', async () => {
    const failure = await failureOf(open(world, { path: 'corpus.jsonl' }, 'nobody'));
    expect(failure).toMatchObject(refused('UnknownDomainSet', 'the search "nobody" has no domain set here'));
    await world.deps.searches.write('forged', 'domain-set.json', '{"schema":1}');
    expect(await failureOf(open(world, { path: 'corpus.jsonl' }, 'forged'))).toMatchObject(
      refused('UnknownDomainSet', "isn't what a search writes"),
    );
  });

  test('clusters that a later run under the id has made, beside the recipe of the run before', async () => {
    const text = (await world.deps.searches.read('a search', 'domain-set.json'))!;
    await world.deps.searches.write('used again', 'domain-set.json', text);
    const { domainSet } = JSON.parse(text) as FrozenDomainSet;
    const recipeOf = (sha256: string) =>
      world.deps.searches.write(
        'used again',
        'recipe.json',
        JSON.stringify({ hashes: { domainSet: sha256 } }, null, 2),
      );
    await recipeOf('b'.repeat(64));
    expect(await failureOf(open(world, { path: 'corpus.jsonl' }, 'used again'))).toMatchObject(
      refused('UnknownDomainSet', `expected the domain set ${'b'.repeat(64)}, found ${domainSet.sha256}`),
    );
    await recipeOf(domainSet.sha256);
    expect(await open(world, { path: 'corpus.jsonl' }, 'used again')).toMatchObject({ files: 1 });
  });

  test('a domain set that is gone, or is something else', async () => {
    const by = (domainSet: Ref) => perform(openAssignment(world.deps), { domainSet, corpus: { path: 'corpus.jsonl' } });
    const gone = { sha256: 'a'.repeat(64), bytes: 3 };
    expect(await failureOf(by(gone))).toMatchObject(refused('UnknownDomainSet', 'is no artifact here'));
    const other = await world.deps.store.putJson({ kind: 'recipe' });
    expect(await failureOf(by(other))).toMatchObject(refused('UnknownDomainSet', 'found something else'));
    const earlier = await world.deps.store.putJson({ kind: 'domain-set', schema: 1, clusters: [] });
    expect(await failureOf(by(earlier))).toMatchObject(refused('UnknownDomainSet', 'one of an earlier version'));
  });

  test('files that are not there, lie elsewhere, or hold no document', async () => {
    expect(await failureOf(open(world, { path: 'missing' }))).toMatchObject(refused('BadCorpus', 'missing'));
    expect(await failureOf(open(world, { path: '/etc/passwd' }))).toMatchObject(refused('BadCorpus', '/etc/passwd'));
    await writeFile(join(world.folder, 'other.jsonl'), lines([{ body: 'text of another schema' }]));
    expect(await failureOf(assign(world, 'other.jsonl'))).toMatchObject(
      refused(
        'BadCorpus',
        'expected text in the field "text" of its records, found 1 bad record and no other, the first (line 1)',
      ),
    );
    const own = await frozen('fault', { embedding: { kind: 'precomputed', field: 'vector' } });
    await place(join(own.folder, 'bare.jsonl'), lines([{ text: 'no vector' }]));
    expect(await failureOf(assign(own, 'bare.jsonl'))).toMatchObject(
      refused('BadCorpus', 'expected a list of numbers in the field "vector" of its records, found 1 bad record'),
    );
  });
});
