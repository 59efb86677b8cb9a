import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openEvidence, type EvidenceArtifact } from '../../activities/open-evidence.ts';
import { refitPredictor } from '../../activities/refit-predictor.ts';
import type { Ref } from '../../climb/artifact.ts';
import { observedRuns } from '../../climb/exchange/observed-runs.ts';
import { runTableFiles } from '../../climb/exchange/run-table.ts';
import type { PredictorArtifact } from '../../climb/predictor/observations.ts';
import { finishRecipe, type Recipe } from '../../climb/search/recipe.ts';
import type { SearchFile } from '../../climb/spec/search-file.ts';
import { place, scratch } from '../adapters/scratch.ts';
import { bodyOf, clusters, domainSet, observations, refOf, run, smallSpec, tokens } from '../climb/made-recipe.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

const root = scratch();
let worlds = 0;
/** As the trainer of these worlds calls itself. */
const versions = { trainer: 'fake 1' };
type WarmStart = NonNullable<NonNullable<SearchFile['search']>['warmStart']>;

/** A world in which `my-search` is done, and what opens evidence there. */
async function world(changes: Partial<typeof smallSpec> = {}) {
  const folder = join(root, String(worlds++));
  const deps = worldIn(folder);
  const shards = await deps.store.putJson(tokens);
  const set = await deps.store.putJson(domainSet);
  const hashes = { domainSet: set.sha256, tokens: shards.sha256 };
  const recipe = finishRecipe(bodyOf(null, { hashes, versions, spec: { ...smallSpec, ...changes } }), run);
  await deps.searches.write('my-search', 'recipe.json', JSON.stringify(recipe));
  const open = (warmStart: WarmStart, others: { domainSet?: Ref; tokens?: Ref; manifest?: Ref } = {}) => {
    const search = { ...smallSpec.search, warmStart: warmStart as never };
    const input = { spec: { ...smallSpec, search }, domainSet: set, tokens: shards, items: [refOf('a'), refOf('b')] };
    return perform(openEvidence(deps), { ...input, ...others });
  };
  return { folder, deps, open };
}

test('proxies of an earlier search over the same clusters are exact, and known by where they come from', async () => {
  const { deps, open } = await world();
  const { ref, summary } = await open([{ search: 'my-search' }]);
  expect(summary).toMatchObject({ observations: 3, leftOut: 0 });
  const { observations: found } = await deps.store.readJson<EvidenceArtifact>(ref);
  const [natural, uniform, best] = observations.map((one) => ({ ...one, evidence: 'exact' }));
  expect(found).toEqual([
    { ...best, id: 'e001' },
    { ...uniform, id: 'e002' },
    { ...natural, id: 'e003' },
  ]);
  expect((await open([{ search: 'my-search' }])).ref).toEqual(ref);

  const fitted = await perform(refitPredictor(deps), {
    previous: ref,
    mixtures: summary.nothing,
    scored: [],
    tasks: smallSpec.tasks,
  });
  expect((await deps.store.readJson<PredictorArtifact>(fitted.ref)).observations).toEqual(found);
});

test('a table is matched by cluster and task', async () => {
  const { folder, deps, open } = await world();
  await place(join(folder, 'runs', 'ratios.csv'), `run,${clusters.join(',')}\na,0.5,0.25,0.25\nb,1,0,0\n`);
  await place(join(folder, 'runs', 'metrics.csv'), 'run,x,piqa\na,3,2\nb,3.5,2.5\n');
  const named = { path: 'runs', format: 'olmix', tasks: { x: 'arc_easy' } } as const;
  const { ref } = await open([{ search: 'my-search' }, named]);
  const { observations: found } = await deps.store.readJson<EvidenceArtifact>(ref);
  expect(found).toHaveLength(5);
  expect(found).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ weights: [0.5, 0.25, 0.25], losses: [2, 3], evidence: 'exact' }),
      expect.objectContaining({ weights: [1, 0, 0], losses: [2.5, 3.5], evidence: 'exact' }),
    ]),
  );
});

test('what is named twice is evidence once: a search again, one that shares its proxies, its export', async () => {
  const { folder, deps, open } = await world();
  const once = await open([{ search: 'my-search' }]);
  const other = JSON.parse((await deps.searches.read('my-search', 'recipe.json')) as string) as Recipe;
  await deps.searches.write('shares', 'recipe.json', JSON.stringify({ ...other, run: { ...run, search: 'shares' } }));
  const table = runTableFiles(
    'olmix',
    observedRuns({ spec: smallSpec, clusters: domainSet.clusters, observations }, 'olmix'),
  );
  await place(join(folder, 'runs', 'ratios.csv'), table.mixtures);
  await place(join(folder, 'runs', 'metrics.csv'), table.losses);
  const all = await open([{ search: 'my-search' }, { search: 'shares' }, { search: 'my-search' }]);
  expect(all).toEqual(once);
  const withExport = await open([{ search: 'my-search' }, { path: 'runs', format: 'olmix' }]);
  expect(withExport.summary).toMatchObject({ observations: 3, leftOut: 0 });
});

test('known domains are the same text only in the same corpus', async () => {
  const { deps, open } = await world();
  const origin = { kind: 'field', field: 'topic', values: ['law', 'cells', 'goals'] } as const;
  const then = await deps.store.putJson({ ...domainSet, origin, map: [0, 1, 2] });
  const shards = await deps.store.putJson(tokens);
  const now = await deps.store.putJson({ ...tokens, tokens: tokens.tokens + 1 });
  const [same, other] = [refOf('same corpus'), refOf('other corpus')];
  const hashes = { domainSet: then.sha256, tokens: shards.sha256, manifest: same.sha256 };
  await deps.searches.write(
    'known',
    'recipe.json',
    JSON.stringify(finishRecipe(bodyOf(null, { hashes, versions }), run)),
  );
  const there = { domainSet: then, tokens: now };
  expect((await open([{ search: 'known' }], { ...there, manifest: same })).summary.observations).toBe(3);
  for (const manifest of [{ manifest: other }, {}])
    expect((await failureOf(open([{ search: 'known' }], { ...there, ...manifest }))).message).toContain('of 3 runs');
  const taken = await open([{ search: 'known', approximate: true }], { ...there, manifest: other });
  const { observations: found } = await deps.store.readJson<EvidenceArtifact>(taken.ref);
  expect(found.map(({ evidence }) => evidence)).toEqual(['approximate', 'approximate', 'approximate']);
});

test('over other clusters of the same clustering only what is exact counts, unless the file says otherwise', async () => {
  const { deps, open } = await world();
  await deps.store.put('unused');
  const found = await deps.store.putJson({ sizes: [1, 1, 1, 1, 1, 1, 1, 1] });
  const origin = { kind: 'clusters', clusters: found } as const;
  // The clusters of then and now come of one clustering; now the last two are one.
  const then = await deps.store.putJson({ ...domainSet, origin });
  const now = await deps.store.putJson({
    ...domainSet,
    origin,
    map: [0, 0, 0, 1, 1, 1, 1, 1],
    clusters: domainSet.clusters.slice(0, 2),
  });
  const [first, second, third] = tokens.clusters as [(typeof tokens.clusters)[number], ...typeof tokens.clusters];
  const merged = [first, { ...second!, tokens: second!.tokens + third!.tokens }];
  const shards = await deps.store.putJson({ ...tokens, clusters: merged });
  const hashes = { domainSet: then.sha256, tokens: deps.store.refOf(JSON.stringify(tokens)).sha256 };
  const kept = await deps.store.putJson(tokens);
  const recipe = finishRecipe(bodyOf(null, { versions, hashes: { ...hashes, tokens: kept.sha256 } }), run);
  await deps.searches.write('other', 'recipe.json', JSON.stringify(recipe));
  const there = { domainSet: now, tokens: shards };
  const exact = await open([{ search: 'other' }], there);
  // Natural proportions alone have both merged clusters in natural proportion.
  expect(exact.summary).toMatchObject({ observations: 1, leftOut: 2 });
  const [one] = (await deps.store.readJson<EvidenceArtifact>(exact.ref)).observations;
  expect(one).toMatchObject({ id: 'e001', weights: [0.5, 0.5] });
  const all = await open([{ search: 'other', approximate: true }], there);
  expect(all.summary).toMatchObject({ observations: 3, leftOut: 0 });
});

test('what can’t be used is refused for good, all of it at once', async () => {
  const { folder, open } = await world();
  await place(join(folder, 'bad', 'ratios.csv'), 'run,c0000,mars\na,0.5,0.5\n');
  await place(join(folder, 'bad', 'metrics.csv'), 'run,piqa,arc_easy\na,2,3\n');
  const failure = await failureOf(
    open([
      { search: 'nobody' },
      { path: 'bad', format: 'olmix' },
      { path: 'bad', format: 'regmix' },
      { path: '../elsewhere', format: 'olmix' },
      { path: 'bad/ratios.csv', format: 'olmix' },
    ]),
  );
  expect(failure.nonRetryable).toBe(true);
  for (const said of [
    'search.warmStart.0: nothing is kept of a search "nobody"',
    'search.warmStart.1: the table has a problem:',
    'column "mars" is no cluster of this search',
    "search.warmStart.2: the table has a problem:\n  bad: has no table in regmix's layout",
    'search.warmStart.3: can',
    'bad/ratios.csv: is a file',
  ]) {
    expect(failure.message).toContain(said);
  }
});

test.each<[string, Partial<typeof smallSpec>, string]>([
  ['other tasks', { tasks: smallSpec.tasks.slice(0, 1) }, 'measured other tasks'],
  ['pools', { target: { tokens: 1e9 } }, 'measured proxies that read'],
  ['other proxies', { proxy: { ...smallSpec.proxy, tokens: 10_000_000 } }, 'measured proxies of another shape'],
])('an earlier search with %s is refused', async (_, changes, said) => {
  const { open } = await world(changes);
  expect((await failureOf(open([{ search: 'my-search' }]))).message).toContain(said);
});
