/** Row 9 of the fault matrix: what training reads is what was read and hashed, or nothing is trained. Runs the real trainer. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ingestCorpus } from '../../activities/ingest-corpus.ts';
import { tokeniseClusters } from '../../activities/tokenise-clusters.ts';
import { trainProxies } from '../../activities/train-proxies.ts';
import { Compute } from '../../adapters/compute.ts';
import type { TrainerEvent } from '../../adapters/trainer.ts';
import { TrainerProcess } from '../../adapters/trainer-process.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import type { Ref } from '../../climb/artifact.ts';
import type { DomainSet, Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import { parseShard } from '../../climb/corpus/corpus-shard.ts';
import { bytesOf } from '../../climb/corpus/little-endian.ts';
import type { TokenShards } from '../../climb/corpus/token-shards.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { failureOf, perform, worldIn } from '../activities/made-world.ts';
import { filesBelow, scratch } from '../adapters/scratch.ts';
import { specOf } from '../climb/made-search.ts';
import { tinySearch, writeTinyCorpus } from '../search-lab.ts';

const root = scratch();
const spec = specOf(tinySearch);
const events: TrainerEvent[] = [];
let worlds = 0;
let trainer: TrainerProcess;
const compute = new Compute(1);

beforeAll(async () => {
  const { trainers } = workerSettings({});
  trainer = await TrainerProcess.open(trainers['default']!);
}, 60_000);
afterAll(() => Promise.all([trainer.close(), compute.close()]));

/** A corpus that was read, and its true topics as the domain set. */
async function ingested() {
  const folder = join(root, String(worlds++));
  await writeTinyCorpus(folder, 20);
  events.length = 0;
  const deps = worldIn(folder, {
    compute,
    trainer: {
      members: 1,
      identity: trainer.identity,
      device: 'cpu',
      dtype: 'float32',
      run: (command, given, out, run) =>
        trainer.run(command, given, out, {
          ...run,
          onEvent: (event) => {
            events.push(event);
            run.onEvent(event);
          },
        }),
    },
  });
  const manifest = (await perform(ingestCorpus(deps), { corpus: spec, tasks: [] })).ref;
  const { shards } = await deps.store.readJson<Manifest>(manifest);
  const labels: string[] = [];
  for (const { ref } of shards) labels.push(...parseShard(await deps.store.read(ref)).map(({ label }) => label ?? ''));
  const values = [...new Set(labels)].sort();
  const domains: DomainSet = {
    schema: 2,
    kind: 'domain-set',
    clusters: values.map((label, at) => ({
      cluster: `c000${at}`,
      label,
      terms: [label],
      examples: [],
      documents: 20,
      bytes: 1000,
      estimatedTokens: 300,
    })),
    map: values.map((_, at) => at),
    dropped: [],
    assignment: await deps.store.put(bytesOf(Uint16Array.from(labels, (label) => values.indexOf(label)))),
    origin: { kind: 'field', field: 'domain', values },
  };
  const domainSet = await deps.store.putJson(domains);
  const { vocab } = proxyShape(spec.proxy).model;
  const input = { manifest, domainSet, vocab, seed: spec.seed, trainer: 'default' };
  return {
    folder,
    deps,
    file: join(folder, 'corpus', 'tiny.jsonl'),
    tokenise: () => perform(tokeniseClusters(deps), input),
  };
}

describe('row 9: a corpus that changed after it was read', () => {
  const cases: [string, (file: string) => Promise<void>, RegExp][] = [
    ['cut short', (file) => truncate(file, 1000), /expected \d+ bytes.*found 1000/s],
    [
      'of the same length',
      async (file) => writeFile(file, (await readFile(file, 'utf8')).replace('sea', 'oil')),
      /expected.*[0-9a-f]{64}.*found.*[0-9a-f]{64}/s,
    ],
    ['gone', (file) => rm(file), /expected \d+ bytes/],
  ];
  test.each(cases)(
    '%s: refused by name with what was expected and found, and no trainer begins',
    async (_, change, says) => {
      const { folder, file, tokenise } = await ingested();
      await change(file);
      const failure = await failureOf(tokenise());
      expect(failure).toMatchObject({ type: 'BadCorpus', nonRetryable: true });
      expect(failure.message).toContain('corpus/tiny.jsonl');
      expect(failure.message).toMatch(says);
      expect(events).toEqual([]);
      expect((await filesBelow(folder)).filter((path) => path.startsWith('runs'))).toEqual([]);
    },
  );
});

test('row 9: a token shard that was cut on disk: BadData with file, expected and found bytes, before the first step', async () => {
  const { deps, tokenise } = await ingested();
  const tokens: Ref = (await tokenise()).ref;
  const { clusters } = await deps.store.readJson<TokenShards>(tokens);
  const { bin } = clusters[0]!;
  await truncate(deps.store.path(bin), bin.bytes - 2);
  events.length = 0;
  const mixture = { id: 'm', weights: clusters.map(() => 1 / clusters.length) };
  const mixtures = await deps.store.putJson({ schema: 1, kind: 'mixtures', mixtures: [mixture] });
  const failure = await failureOf(
    perform(trainProxies(deps), {
      tokens,
      mixtures,
      members: [{ id: 'p', mixture: 'm', seed: 1, dataSeed: 2 }],
      proxy: proxyShape(spec.proxy),
      trainer: 'default',
      maxEpochs: 100,
      checkpointSeconds: 1,
    }),
  );
  expect(failure).toMatchObject({ type: 'badData', nonRetryable: true });
  expect(failure.message).toContain(deps.store.path(bin));
  expect(failure.message).toContain(`expected ${bin.bytes} bytes, found ${bin.bytes - 2} bytes`);
  expect(
    events.map(({ event }) => event).filter((event) => ['progress', 'checkpoint', 'member'].includes(event)),
  ).toEqual([]);
}, 60_000);
