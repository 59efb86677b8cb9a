/** `npm run climb -- export` and `ledger export`, as a person runs them. */
import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { repositoryRoot } from '../../adapters/home.ts';
import { contentKey } from '../../climb/content-key.ts';
import { parseCsv } from '../../climb/exchange/csv.ts';
import { parseRunTable } from '../../climb/exchange/run-table.ts';
import { finishRecipe } from '../../climb/search/recipe.ts';
import { worldIn } from '../activities/made-world.ts';
import { filesBelow, place, scratch } from '../adapters/scratch.ts';
import {
  arms,
  bodyOf,
  clusters,
  domainSet,
  observations,
  run,
  scoreOf,
  smallSpec,
  tokens,
} from '../climb/made-recipe.ts';

const home = scratch();

const climb = (...args: string[]) =>
  new Promise<{ code: number; out: string; error: string }>((resolve) => {
    const tsx = join(repositoryRoot, 'node_modules', '.bin', 'tsx');
    const env = { ...process.env, CLIMB_HOME: home, CLIMB_ROOTS: home };
    execFile(tsx, [join(repositoryRoot, 'scripts', 'climb.ts'), ...args], { cwd: home, env }, (failure, out, error) => {
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error });
    });
  });

/** A finished search whose arms have a score each, one of them with all that the ledger knows. */
async function finished() {
  const { store, ledger, searches } = worldIn(home);
  const scores = await Promise.all(
    arms.map(async ({ id }, at) => [`score.v-${id}-s1`, await store.putJson(scoreOf(smallSpec, 2 + at, id))] as const),
  );
  const [, first] = scores[0]!;
  const { weights } = scoreOf(smallSpec, 2, arms[0]!.id);
  await ledger.record('proxy', contentKey('proxy'), { weights, seconds: 20 });
  await ledger.record('score', contentKey('score'), { score: first, seconds: 1.5, tasks: [] });
  const body = bodyOf([2, 2.1, 2.2, 2.3]);
  const hashes = {
    domainSet: (await store.putJson(domainSet)).sha256,
    tokens: (await store.putJson(tokens)).sha256,
    ...Object.fromEntries(scores.map(([name, { sha256 }]) => [name, sha256])),
  };
  const recipe = finishRecipe({ ...body, hashes }, run);
  await searches.write('my-search', 'recipe.json', JSON.stringify(recipe));
  await searches.write('just begun', 'domain-set.json', '{}');
  return { recipe, first };
}

// A dozen processes, each of which opens a world.
test('recipes and all that was measured, as other tools read it; what fails is a sentence', async () => {
  const { recipe, first } = await finished();
  const path = join('searches', 'my-search', 'recipe.json');
  const [megatron, byPath, split] = await Promise.all([
    climb('export', 'my-search', '--format', 'megatron', '--data', '/data'),
    climb('export', path, '--format', 'json', '--out', 'out/recipe.json'),
    climb('export', 'my-search', '--format', 'megatron', '--data', 'my data'),
  ]);
  expect(megatron).toMatchObject({ code: 0, error: '' });
  expect(megatron.out.trim().split(/\s+/)).toEqual(
    recipe.weights.flatMap(({ cluster, weight }) => [weight.toFixed(6), `/data/${cluster}`]),
  );
  expect(byPath).toMatchObject({ code: 0, out: '' });
  expect(JSON.parse(await readFile(join(home, 'out', 'recipe.json'), 'utf8'))).toMatchObject({
    search: 'my-search',
    digest: recipe.digest,
    targetTokens: 1_000_000,
    clusters: recipe.weights.map((weight, at) => ({ ...weight, tokens: tokens.clusters[at]!.tokens })),
  });
  expect(split).toMatchObject({ code: 1, out: '' });
  expect(split.error).toMatch(/^climb: the export has a problem:\n {2}--data: got "my data"/);

  const assigned = {
    domainSet: recipe.hashes['domainSet'],
    path: 'a.jsonl',
    clusters: clusters.map((cluster) => ({ cluster, bytes: 5 })),
  };
  await place(join(home, 'assigned', 'a.jsonl.summary.json'), JSON.stringify(assigned));
  await place(join(home, 'strange', 'a.jsonl.summary.json'), JSON.stringify({ ...assigned, domainSet: 'another' }));
  const [files, strange, unknown, noRecipe] = await Promise.all([
    climb('export', 'my-search', '--format', 'json', '--assignments', 'assigned'),
    climb('export', 'my-search', '--format', 'json', '--assignments', 'strange'),
    climb('export', 'nobody', '--format', 'regmix'),
    climb('export', 'missing.json', '--format', 'regmix'),
  ]);
  expect((JSON.parse(files.out) as { files: object[] }).files).toEqual([
    { path: 'a.jsonl', weight: expect.closeTo(1, 12) as unknown, natural: 1 },
  ]);
  expect(strange.error).toMatch(/^climb: a\.jsonl\.summary\.json was assigned by another domain set/);
  expect(unknown.error).toMatch(
    /^climb: nothing is kept of a search "nobody" here \(kept are: just begun, my-search\)/,
  );
  expect(noRecipe.error).toMatch(/^climb: can't read missing\.json/);

  const [csv, parquet, regmix, olmix] = await Promise.all([
    climb('ledger', 'export', '--format', 'csv', '--out', 'out/all.csv'),
    climb('ledger', 'export', '--format', 'parquet', '--out', "out/it's all.parquet"),
    climb('ledger', 'export', '--format', 'regmix', '--out', 'out/regmix'),
    climb('ledger', 'export', '--format', 'olmix', '--out', 'out/olmix', '--search', 'my-search'),
  ]);
  for (const made of [csv, parquet, regmix, olmix]) expect(made).toMatchObject({ code: 0, error: '' });
  expect(csv.out).toBe('out/all.csv: 7 scores of 1 searches\n');
  const { header, rows } = parseCsv(await readFile(join(home, 'out', 'all.csv'), 'utf8'), 'all.csv');
  const cells = rows.map(
    (row) => Object.fromEntries(row.map((cell, at) => [header[at], cell])) as Record<string, string>,
  );
  expect(cells.map(({ proxy, role, iteration }) => [proxy, role, iteration])).toEqual([
    ...observations.map(({ id }) => [id, 'searched', id.slice(1, 2)]),
    ...arms.map(({ id }) => [`v-${id}-s1`, 'verification', '']),
  ]);
  expect(cells[3]).toMatchObject({
    arm: 'observed-1',
    tokens: '499712',
    'weight c0001 (cells, protein)': '0.7',
    train_seconds: '20',
    evaluate_seconds: '1.5',
    proxy_key: contentKey('proxy'),
    score_key: contentKey('score'),
    score_sha256: first.sha256,
  });
  expect(cells[0]).toMatchObject({ 'loss piqa': '2.9', 'loss sciq': '', train_seconds: '' });

  const database = await (await DuckDBInstance.create()).connect();
  const read = await database.runAndReadAll(`from read_parquet('${join(home, 'out', "it''s all.parquet")}')`);
  expect(read.columnNames()).toEqual(header);
  expect(
    read.getRowsJS().map((row) => row.map((value) => (value === null ? '' : `${value as string | number | bigint}`))),
  ).toEqual(rows);
  database.closeSync();

  for (const [format, names] of [
    ['regmix', { mixtures: 'train_mixture.csv', losses: 'train_loss.csv' }],
    ['olmix', { mixtures: 'ratios.csv', losses: 'metrics.csv' }],
  ] as const) {
    const text = (name: string) => readFile(join(home, 'out', format, name), 'utf8');
    const files = { mixtures: await text(names.mixtures), losses: await text(names.losses) };
    const { runs } = parseRunTable(format, files, names);
    expect(runs.map(({ weights, losses }) => ({ weights, losses }))).toEqual(
      observations.map(({ weights, losses }) => ({ weights, losses })),
    );
  }
  expect((await filesBelow(join(home, 'out'))).filter((name) => name.includes('.tmp'))).toEqual([]);
}, 120_000);
