/** The real command on a tiny corpus: slow (a few seconds a run), since it starts Node, threads and all stages. */
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Exploration, FoundRow } from '../../climb/explore/exploration.ts';
import type { SearchFile } from '../../climb/spec/search-file.ts';
import { stream } from '../../climb/random.ts';
import { place, scratch } from '../adapters/scratch.ts';

jest.setTimeout(90_000);

const folder = scratch();
const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Topics with words of their own: what any embedding must tell apart. */
const topics = {
  sea: 'whale ship harpoon captain sail deck',
  kitchen: 'bread oven flour butter yeast dough',
  court: 'judge appeal jury verdict lawyer trial',
  sky: 'planet comet orbit telescope galaxy moon',
};
const documents = Array.from({ length: 240 }, (_, i) => {
  const domain = (['sea', 'kitchen', 'court', 'sky'] as const)[i % 4]!;
  const draws = stream(i, ['document']);
  const words = topics[domain].split(' ');
  return {
    text: Array.from({ length: 20 }, () => words[draws.integer(6)]).join(' '),
    domain,
    worth: domain === 'kitchen' ? 1 : 4,
  };
});
const item = { query: 'What sails?', choices: ['a ship', 'an oven'], gold: 0 };
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

const file: SearchFile = {
  version: 1,
  corpus: { path: 'corpus.jsonl', labelField: 'domain' },
  embedding: { dimensions: 8 },
  clusters: { initial: 8, merge: { target: 4, minimumTokens: 1 } },
  tasks: [{ name: 'mine', path: 'items.jsonl' }],
  report: { tasks: [{ name: 'theirs', path: 'other.jsonl' }] },
  budget: { proxies: 24 },
};

beforeAll(async () => {
  await place(join(folder, 'corpus.jsonl'), lines(documents));
  await place(join(folder, 'items.jsonl'), lines(Array.from({ length: 12 }, () => item)));
  await place(
    join(folder, 'other.jsonl'),
    lines(Array.from({ length: 12 }, () => ({ ...item, query: 'What bakes?' }))),
  );
  await place(join(folder, 'search.json'), JSON.stringify(file));
});

type Ended = { code: number; stdout: string; stderr: string };

function explore(...args: string[]): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', CLIMB_HOME: join(folder, 'home'), CLIMB_ROOTS: folder };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'scripts/climb.ts', 'explore', ...args],
      { cwd: repository, env },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
const search = join(folder, 'search.json');
const found = async (to: string) => JSON.parse(await readFile(join(to, 'explore.json'), 'utf8')) as Exploration;

describe('climb explore', () => {
  test('table, clusters, JSON and page; again the same bytes, from the ledger', async () => {
    const to = join(folder, 'first');
    const first = await explore(search, '--k', '4', '--thresholds', '0.5,9', '--to', to);
    expect(first.stderr).toContain('read 240 documents');
    expect(first.code).toBe(0);
    const { rows, clusterings, corpus } = await found(to);
    expect(corpus).toMatchObject({ documents: 240, duplicates: 0 });
    expect(clusterings.map(({ k, sizes, points }) => [k, points.length === sizes.length])).toEqual([
      [4, true],
      [8, true],
    ]);
    expect(rows.map(({ k, merge, own }) => [k, merge.target ?? merge.threshold, own])).toEqual([
      [4, 4, false],
      [4, 0.5, false],
      [4, 9, false],
      [8, 4, true],
      [8, 0.5, false],
      [8, 9, false],
    ]);
    const own = rows[3] as FoundRow;
    expect(own.figures).toMatchObject({ clusters: 4, largest: 60, smallest: 60, nmi: 1 });
    expect(own.clusters.map(({ terms }) => terms.slice(0, 6).sort().join(' ')).sort()).toEqual(
      Object.values(topics)
        .map((words) => words.split(' ').sort().join(' '))
        .sort(),
    );
    expect(rows[5]).toMatchObject({ problem: expect.stringContaining('one cluster is left') });

    expect(first.stdout).toMatch(/\* +8 {2}ward to 4 +4 +60 +60 +25\.0 % +1\.000\n/);
    expect(first.stdout).toMatch(/K 8, ward to 4\ncluster .*\nc0000 +60 +25\.0 %/);
    const page = await readFile(join(to, 'explore.html'), 'utf8');
    expect(page).toContain('id="row-3" checked');

    const artifacts = () => readdir(join(folder, 'home', 'artifacts'), { recursive: true });
    const before = await artifacts();
    const again = join(folder, 'again');
    const second = await explore(search, '--k', '4', '--thresholds', '0.5,9', '--to', again);
    expect(second.stdout.replaceAll(again, to)).toBe(first.stdout);
    for (const name of ['explore.json', 'explore.html']) {
      expect(await readFile(join(again, name), 'utf8')).toBe(await readFile(join(to, name), 'utf8'));
    }
    expect(await artifacts()).toEqual(before);
  });

  test('what fails on quality is dropped, and says why', async () => {
    const quality = { kind: 'field' as const, fields: { worth: 'worth' }, prune: { worth: 2 } };
    const clusters = { ...file.clusters, initial: 4, quality };
    await place(
      join(folder, 'quality.json'),
      JSON.stringify({ ...file, clusters: { ...clusters, merge: { target: 2, minimumTokens: 1 } } }),
    );
    const to = join(folder, 'quality');
    const { code, stdout } = await explore(join(folder, 'quality.json'), '--k', '4', '--targets', '3', '--to', to);
    expect(code).toBe(0);
    const { axes, rows } = await found(to);
    expect(axes).toEqual(['worth']);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({
      figures: { clusters: 3, droppedClusters: 1, droppedDocuments: 60, quality: { worth: 4 }, meanQuality: 4 },
      dropped: [{ documents: 60, reasons: [expect.stringMatching(/^worth 1\S* < 2$/)] }],
    });
    expect((rows[1] as FoundRow).map.filter((group) => group === null)).toHaveLength(1);
    expect(stdout).toMatch(/dropped: 1 cluster of K with 60 documents\n {2}60 {2}worth 1\S* < 2/);
    expect(await readFile(join(to, 'explore.html'), 'utf8')).toContain('by quality: worth');
  });

  test('where no setting gives a domain set it says so, also by its exit code', async () => {
    const quality = { kind: 'field' as const, fields: { worth: 'worth' }, prune: { worth: 99 } };
    await place(
      join(folder, 'none.json'),
      JSON.stringify({ ...file, clusters: { ...file.clusters, initial: 4, quality } }),
    );
    const to = join(folder, 'none');
    const { code, stderr } = await explore(join(folder, 'none.json'), '--k', '4', '--targets', '3', '--to', to);
    expect(code).toBe(1);
    expect(stderr).toContain('No search can start from any of these settings');
    const { rows } = await found(to);
    expect(rows.every((row) => 'problem' in row)).toBe(true);
  });

  test('what is left out stands there, bad records with file, line and a warning where they are many', async () => {
    const bad = [...Array.from({ length: 40 }, () => ({ txt: 'a' })), documents[0]];
    await place(join(folder, 'dirty.jsonl'), lines([...documents, ...bad]));
    await place(
      join(folder, 'dirty.json'),
      JSON.stringify({ ...file, corpus: { ...file.corpus, path: 'dirty.jsonl' } }),
    );
    const to = join(folder, 'dirty');
    const { code, stderr } = await explore(join(folder, 'dirty.json'), '--k', '8', '--targets', '4', '--to', to);
    expect(code).toBe(0);
    expect(stderr).toMatch(/ 40 bad records skipped\n.* 1 exact duplicate dropped\n/);
    expect(stderr).toContain('dirty.jsonl line 241: no field "text"');
    expect(stderr).toMatch(/^warning: 40 of 281 records \(14\.2 %\) are bad/m);
    const { corpus } = await found(to);
    expect(corpus.bad[0]).toEqual({ file: 'dirty.jsonl', line: 241, reason: 'no field "text"' });
    expect(await readFile(join(to, 'explore.html'), 'utf8')).toContain('dirty.jsonl line 241: no field');
  });

  test('without --to it writes into the state folder, under the name of the search file', async () => {
    const { code } = await explore(search, '--k', '8', '--targets', '2');
    expect(code).toBe(0);
    const { rows, file: name } = await found(join(folder, 'home', 'explore', 'search'));
    expect(name).toBe('search.json');
    expect(rows.map(({ merge }) => merge.target)).toEqual([2, 4]);
  });

  test.each([
    [['--k', '8,few'], 'Got "few" where whole numbers from 2 to 65534 are wanted'],
    [['--thresholds', '0'], 'Got "0" where numbers above 0 are wanted'],
    [['--k', '500'], '--k is 500, but the corpus has 240 documents'],
  ])('%j is refused in words', async (args, words) => {
    const { code, stderr } = await explore(search, ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
    expect(stderr).not.toContain('    at ');
  });

  test.each<[string, Partial<SearchFile>, string]>([
    [
      'tasks that are not there',
      { tasks: [{ name: 'mine', path: 'missing.jsonl' }], report: { tasks: [{ name: 'no-such-task' }] } },
      'the search file has 2 problems:\n  tasks.0',
    ],
    ['a corpus that is not there', { corpus: { path: 'missing.jsonl' } }, 'missing.jsonl'],
    [
      'an axis that the rules do not have',
      { clusters: { ...file.clusters, quality: { kind: 'heuristics', prune: { z: 1 } } } },
      'clusters.quality.prune.z',
    ],
    ['known domains', { clusters: { field: 'domain' } }, 'there is no clustering to choose'],
  ])('%s', async (_, changes, words) => {
    await place(join(folder, 'bad.json'), JSON.stringify({ ...file, ...changes }));
    const { code, stderr } = await explore(join(folder, 'bad.json'));
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
    expect(stderr).not.toContain('    at ');
  });
});
