/** `npm run climb -- assign`, as a person runs it. */
import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { groupByField } from '../../activities/group-by-field.ts';
import { ingestCorpus } from '../../activities/ingest-corpus.ts';
import { Compute } from '../../adapters/compute.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { perform, worldIn } from '../activities/made-world.ts';
import { filesBelow, place, scratch } from '../adapters/scratch.ts';
import { specOf } from '../climb/made-search.ts';

const home = scratch();
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const documents = Array.from({ length: 40 }, (_, at) => ({ text: `text ${at}`, topic: at % 4 === 0 ? 'sea' : 'sky' }));

/** Exit code and what was printed, from a process in `home`. */
const assign = (...args: string[]) =>
  new Promise<{ code: number; out: string; error: string }>((resolve) => {
    const tsx = join(repositoryRoot, 'node_modules', '.bin', 'tsx');
    const env = { ...process.env, CLIMB_HOME: home, CLIMB_ROOTS: home };
    const command = [join(repositoryRoot, 'scripts', 'climb.ts'), 'assign', ...args];
    execFile(tsx, command, { cwd: home, env }, (failure, out, error) => {
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error });
    });
  });

// Five processes, each of which opens a world: 6 s.
test('clusters of files that a person names, from where he is, below the folder he names; what fails is a sentence', async () => {
  const compute = new Compute(1);
  const deps = worldIn(home, { compute });
  await place(join(home, 'corpus.jsonl'), lines(documents));
  const { corpus, clusters, embedding, seed } = specOf({
    corpus: { path: 'corpus.jsonl' },
    clusters: { field: 'topic' },
  });
  const read = await perform(ingestCorpus(deps), { corpus: { corpus, clusters, embedding }, tasks: [] });
  const grouping = { manifest: read.ref, field: 'topic', minimumTokens: 1, seed };
  const { ref: domainSet } = await perform(groupByField(deps), grouping);
  await compute.close();
  const frozen = { schema: 1, kind: 'frozen-domain-set', domainSet, reading: { corpus, clusters, embedding } };
  await deps.searches.write('my search', 'domain-set.json', JSON.stringify(frozen));
  await place(
    join(home, 'later', 'a.jsonl'),
    lines([
      { body: 'another', topic: 'sea' },
      { body: 'more', topic: 'law' },
    ]),
  );
  await place(join(home, 'later', 'b.jsonl'), lines([{ body: 'third', topic: 'sky' }]));

  const made = await assign('my search', 'later/*.jsonl', '--text-field', 'body', '--to', 'out');
  expect(made).toMatchObject({ code: 0, error: '' });
  expect(made.out).toContain(
    `${join('out', 'later', 'a.jsonl.clusters.jsonl')}: 2 documents, 1 in no cluster, 0 bad records`,
  );
  expect((await filesBelow(join(home, 'out'))).sort()).toEqual(
    ['a', 'b'].flatMap((name) => [
      join('later', `${name}.jsonl.clusters.jsonl`),
      join('later', `${name}.jsonl.summary.json`),
    ]),
  );
  const written = await readFile(join(home, 'out', 'later', 'a.jsonl.clusters.jsonl'), 'utf8');
  expect(
    written.split('\n').map((line) => (line === '' ? null : (JSON.parse(line) as { cluster: string }).cluster)),
  ).toEqual(['c0001', null, null]);

  await place(join(home, 'later', 'b.jsonl'), lines([{ body: 'fourth', topic: 'sky' }]));
  const [byHash, unknown, replacing, intoFile] = await Promise.all([
    assign(domainSet.sha256, 'corpus.jsonl', '--to', 'out'),
    assign('nobody', 'later', '--to', 'out'),
    assign('my search', 'later/b.jsonl', '--text-field', 'body', '--to', 'out'),
    assign('my search', 'later/b.jsonl', '--text-field', 'body', '--to', 'corpus.jsonl'),
  ]);
  expect(replacing).toMatchObject({ code: 1, out: '' });
  expect(replacing.error).toMatch(
    /^climb: out\/later\/b.jsonl.summary.json holds the assignment of another file .*Try: another --to for later\/b.jsonl\n$/,
  );
  expect(intoFile).toMatchObject({ code: 1, out: '' });
  expect(intoFile.error).toMatch(/^climb: can't write into .*corpus.jsonl: it is a file where a folder is needed/);
  expect(byHash).toMatchObject({ code: 0 });
  expect(byHash.out).toContain('40 documents, 0 in no cluster');
  expect(unknown).toMatchObject({ code: 1, out: '' });
  expect(unknown.error).toMatch(/^climb: the search "nobody" has no domain set here: expected .*domain-set\.json/);
}, 60_000);
