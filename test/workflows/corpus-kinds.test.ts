/** Searches over corpora of every kind: several formats, known domains, vectors of one's own, pruned clusters. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { DomainSet, Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;
/** Records of the tiny corpus. */
let records: { text: string; domain: string }[];

beforeAll(async () => {
  lab = await openServedLab();
  const lines = (await readFile(join(lab.home, 'corpus', 'tiny.jsonl'), 'utf8')).trim().split('\n');
  records = lines.map((line) => JSON.parse(line) as (typeof records)[number]);
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };

async function finish(id: string, search: object) {
  const result = (await (await lab.start(id, search)).result()) as SearchResult;
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
  const artifact = async <T>(name: string) =>
    JSON.parse(
      await readFile(
        new ArtifactStore(join(lab.home, 'artifacts')).path({ sha256: recipe.hashes[name] ?? '' }),
        'utf8',
      ),
    ) as T;
  return {
    result,
    recipe,
    report: await readFile(result.report.path, 'utf8'),
    manifest: await artifact<Manifest>('manifest'),
    domainSet: await artifact<DomainSet>('domainSet'),
  };
}

const jsonLines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** The same documents in three sources: Parquet, JSON lines, a file each. */
async function writeSources(): Promise<void> {
  const [parquet, lines, texts] = [0, 1, 2].map((part) => records.filter((_, at) => at % 3 === part)) as [
    typeof records,
    typeof records,
    typeof records,
  ];
  await mkdir(join(lab.home, 'mixed', 'books'), { recursive: true });
  const staged = join(lab.home, 'staged.jsonl');
  await writeFile(staged, jsonLines(parquet.map(({ text, domain }) => ({ meta: { domain }, body: text }))));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT * FROM read_json('${staged}')) TO '${join(lab.home, 'mixed', 'web.parquet')}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  await writeFile(join(lab.home, 'mixed', 'lines.jsonl'), jsonLines(lines));
  for (const [at, { text }] of texts.entries()) await writeFile(join(lab.home, 'mixed', 'books', `${at}.txt`), text);
}

test('sources of several formats are one corpus', async () => {
  await writeSources();
  const { manifest, domainSet, report } = await finish('sources', {
    ...file,
    corpus: {
      sources: [
        { name: 'web', path: 'mixed/*.parquet', textField: 'body' },
        { name: 'lines', path: 'mixed/lines.jsonl' },
        { name: 'books', path: 'mixed/books' },
      ],
    },
  });
  expect(manifest.documents).toBe(records.length);
  expect(new Set(manifest.files.map(({ source }) => source))).toEqual(new Set(['web', 'lines', 'books']));
  expect(domainSet.clusters).toHaveLength(4);
  expect(domainSet.clusters.map(({ documents }) => documents)).toEqual([120, 120, 120, 120]);
  expect(report).toContain('in 162 files');
}, 60_000);

test('known domains are the axes as they are, and can be bounded by name', async () => {
  const { recipe, domainSet, report } = await finish('known', {
    ...file,
    corpus: { path: 'corpus' },
    embedding: {},
    clusters: { field: 'domain' },
    constraints: { bounds: { topic3: { lower: 0.4 } } },
  });
  expect(domainSet.clusters.map(({ label }) => label)).toEqual(['topic0', 'topic1', 'topic2', 'topic3']);
  expect(recipe.weights.find(({ label }) => label === 'topic3')?.weight).toBeGreaterThanOrEqual(0.4);
  expect(report).toContain('4 known domains');
}, 60_000);

test('vectors that the corpus brings decide its clusters', async () => {
  // By parity, whatever the texts are about.
  const vectors = records.map((record, at) => ({ ...record, vector: at % 2 === 0 ? [1, 0.1, 0] : [0, 0.1, 1] }));
  await mkdir(join(lab.home, 'vectors'));
  await writeFile(join(lab.home, 'vectors', 'a.jsonl'), jsonLines(vectors));
  const { domainSet } = await finish('precomputed', {
    ...file,
    corpus: { path: 'vectors' },
    embedding: { kind: 'precomputed', field: 'vector' },
    clusters: { initial: 2, merge: { target: 2 } },
  });
  expect(domainSet.clusters.map(({ documents }) => documents)).toEqual([240, 240]);
}, 60_000);

test('clusters under a threshold of quality are pruned, and the report says which and why', async () => {
  const scored = records.map((record) => ({ ...record, meta: { value: record.domain === 'topic2' ? 0.5 : 4 } }));
  await mkdir(join(lab.home, 'scored'));
  await writeFile(join(lab.home, 'scored', 'a.jsonl'), jsonLines(scored));
  const { domainSet, recipe, report } = await finish('pruned', {
    ...file,
    corpus: { path: 'scored', labelField: 'domain' },
    clusters: {
      initial: 8,
      quality: { kind: 'field', fields: { value: 'meta.value' }, prune: 'paper' },
      merge: { target: 3 },
    },
  });
  expect(domainSet.clusters.map(({ documents }) => documents)).toEqual([120, 120, 120]);
  expect(domainSet.dropped.reduce((sum, { documents }) => sum + documents, 0)).toBe(120);
  expect(domainSet.dropped[0]?.reasons).toEqual(['value 0.50 < 3']);
  expect(recipe.weights).toHaveLength(3);
  expect(report).toContain('Pruned: 120 documents');
}, 60_000);

test('merging by a threshold leaves as many clusters as are far enough apart', async () => {
  const { domainSet } = await finish('threshold', {
    ...file,
    clusters: { initial: 8, merge: { method: 'centroid', threshold: 0.9 } },
  });
  expect(domainSet.clusters.map(({ documents }) => documents)).toEqual([120, 120, 120, 120]);
}, 60_000);

test('documents that are held out are in no cluster', async () => {
  const { manifest, domainSet, report } = await finish('held-out', {
    ...file,
    corpus: { path: 'corpus', heldOut: 0.2 },
  });
  const kept = domainSet.clusters.reduce((sum, { documents }) => sum + documents, 0);
  expect(kept + (manifest.heldOut?.documents ?? 0)).toBe(records.length);
  expect(kept).toBeGreaterThan(0.7 * records.length);
  expect(kept).toBeLessThan(0.9 * records.length);
  expect(report).toContain(`${records.length - kept} documents held out`);
}, 60_000);
