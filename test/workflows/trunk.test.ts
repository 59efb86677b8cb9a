/** Searches whose proxies start from a trunk: trained first, or given. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { ProxyScore } from '../../climb/verification/proxy-score.ts';
import { derivedSeed } from '../../climb/random.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { checkpointOf } from '../adapters/made-checkpoint.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

const failing = join(tmpdir(), `climb-failing-trunk-${process.pid}`);
const diverging = 31;
let lab: ServedLab;

beforeAll(async () => {
  const diverge = String(derivedSeed(diverging, ['trunk', 'weights']));
  lab = await openServedLab({ FAKE_FAIL: failing, FAKE_DIVERGE: diverge });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake', warmStart: { tokens: 16_384 } },
  budget: { proxies: 17, trainTokens: 16 * 8192 + 16_384, concurrency: 2 },
  target: { tokens: 4 * 8192 },
};

/** What the fake trainer publishes as a proxy's weights. */
type FakeWeights = { seed: number; weights: number[]; init: string | null; poolShare: number };

async function finish(id: string, search: object) {
  const result = (await (await lab.start(id, search)).result()) as SearchResult;
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
  return { result, recipe, report: await readFile(result.report.path, 'utf8') };
}

function artifact<T>(sha256: string): Promise<T> {
  const store = new ArtifactStore(join(lab.home, 'artifacts'));
  return readFile(store.path({ sha256 }), 'utf8').then((text) => JSON.parse(text) as T);
}

async function proxiesOf({ evidence, hashes }: Recipe): Promise<FakeWeights[]> {
  const verified = Object.entries(hashes).flatMap(([name, hash]) => (name.startsWith('score.') ? [hash] : []));
  const scores = [...evidence.observations.map(({ score }) => score), ...verified];
  return Promise.all(scores.map(async (hash) => artifact((await artifact<ProxyScore>(hash)).weights.sha256)));
}

test('a trunk is trained first, paid for, and every proxy starts from it and repeats its pools', async () => {
  const { result, recipe, report } = await finish('trunk', file);
  expect(result).toMatchObject({ proxies: 17, verified: true });
  expect(recipe.run.charged.trainTokens).toBe(16 * 8192 + 16_384);

  const trunk = await artifact<FakeWeights>(recipe.hashes['trunk'] as string);
  expect(trunk).toMatchObject({ init: null, poolShare: 1, seed: derivedSeed(7, ['trunk', 'weights']) });
  const natural = recipe.evidence.observations[0]?.weights;
  expect(trunk.weights).toEqual(natural); // no bounds and no caps bite here
  const proxies = await proxiesOf(recipe);
  expect(proxies).toHaveLength(16);
  for (const proxy of proxies) expect(proxy).toMatchObject({ init: recipe.hashes['trunk'], poolShare: 0.25 });
  expect(report).toContain('- Every proxy started from one trunk, trained on 16,384 tokens of the corpus');

  const { events } = await lab.client.workflow.getHandle('trunk').fetchHistory();
  const ids = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityId ?? []);
  expect(ids.filter((id) => id.startsWith('trunk'))).toEqual(['trunk-sample', 'trunk']);

  const again = await finish('trunk-again', file);
  expect(again.result).toMatchObject({ fromLedger: 17, recipe: { digest: result.recipe.digest } });
}, 90_000);

test('a checkpoint that is given is where every proxy starts, and its tokenizer is used', async () => {
  const donor = await finish('donor', { ...file, seed: 30 });
  const { tokenizer } = await artifact<{ tokenizer: { sha256: string } }>(donor.recipe.hashes['tokens'] as string);
  const { model } = tinySearch.proxy;
  await writeFile(join(lab.home, 'ck.safetensors'), checkpointOf(model));
  await writeFile(join(lab.home, 'tokenizer.json'), JSON.stringify(await artifact(tokenizer.sha256)));
  const warmStart = { checkpoint: 'ck.safetensors', tokenizer: 'tokenizer.json' };
  const given = { ...file, proxy: { ...file.proxy, warmStart }, budget: tinySearch.budget };
  const { result, recipe, report } = await finish('given', given);
  expect(result).toMatchObject({ proxies: 16, verified: true });
  for (const { init } of await proxiesOf(recipe)) expect(init).toBe(recipe.hashes['trunk']);
  expect(report).toContain('started from the checkpoint ck.safetensors with the tokenizer tokenizer.json');

  await writeFile(join(lab.home, 'elsewhere.safetensors'), checkpointOf(model));
  const moved = {
    ...given,
    proxy: { ...given.proxy, warmStart: { ...warmStart, checkpoint: 'elsewhere.safetensors' } },
  };
  expect((await finish('moved', moved)).result.recipe.digest).toBe(result.recipe.digest);
}, 120_000);

describe('a trunk that can not be had', () => {
  test('ends the search where it diverges', async () => {
    const before = (await lab.trainings()).length;
    const handle = await lab.start('diverged', { ...file, seed: diverging });
    const failure = (await handle.result().catch((error: unknown) => error)) as { cause?: Error };
    expect(failure.cause?.message).toContain('it diverged; lower proxy.learningRate and start the search again');
    expect((await lab.trainings()).slice(before).filter((line) => line.startsWith('start'))).toHaveLength(1);
  }, 60_000);

  test('waits for a person where it fails, and goes on from there', async () => {
    await writeFile(failing, '');
    const handle = await lab.start('attended', { ...file, seed: 32, budget: { proxies: 17, concurrency: 2 } });
    const status = () => handle.query<Status>('status');
    const attention = await until(async () => {
      const now = await status();
      return now.phase === 'needs-attention' && now;
    });
    expect(attention.proxies).toMatchObject({ done: 0, failed: 1, planned: 17 });
    expect(attention.detail).toMatch(/the trunk that every proxy starts from is not trained \(trunk: .*told to fail/);

    await rm(failing);
    await handle.executeUpdate('resume', { args: [{}] });
    const result = (await handle.result()) as SearchResult;
    expect(result).toMatchObject({ proxies: 17, verified: true });
    expect((await status()).proxies.failed).toBe(0);
  }, 60_000);

  test('is tried once for each message that asks for it, and for none that came too early', async () => {
    await writeFile(failing, '');
    const handle = await lab.start('asked', { ...file, seed: 33 });
    await handle.signal('retryFailed', {});
    const starts = () => trunksOf('asked');
    const attention = (tries: number) =>
      until(
        async () => (await starts()) === tries && (await handle.query<Status>('status')).phase === 'needs-attention',
      );
    await attention(1);
    expect(await handle.executeUpdate('retryFailed', { args: [{}] })).toBe(1);
    await attention(2);
    expect(await handle.executeUpdate('retryFailed', { args: [{ proxies: ['trunk'] }] })).toBe(1);
    await attention(3);
    expect((await handle.query<Status>('status')).proxies.failed).toBe(1);

    await handle.executeUpdate('finishEarly', { args: [{}] });
    const failure = (await handle.result().catch((error: unknown) => error)) as { cause?: Error };
    expect(failure.cause?.message).toContain('mend the trainer');
    expect(await starts()).toBe(3);
    await rm(failing);
  }, 60_000);

  test('is not trained while the search is paused', async () => {
    await writeFile(failing, '');
    const handle = await lab.start('held', { ...file, seed: 34 });
    const status = () => handle.query<Status>('status');
    const starts = () => trunksOf('held');
    await until(async () => (await status()).phase === 'needs-attention');
    await rm(failing);
    await handle.executeUpdate('pause', { args: [{}] });
    await handle.executeUpdate('retryFailed', { args: [{}] });
    expect(await status()).toMatchObject({ phase: 'trunk', paused: true, proxies: { running: 0, failed: 0 } });
    expect(await starts()).toBe(1);
    await handle.executeUpdate('resume', { args: [{}] });
    await until(async () => (await status()).phase === 'search');
    expect(await starts()).toBe(2);
    await handle.signal('finishEarly', { after: 'now' });
    await handle.result().catch(() => undefined);
  }, 60_000);
});

/** How often a search began to train its trunk. */
async function trunksOf(search: string): Promise<number> {
  const { events } = await lab.client.workflow.getHandle(search).fetchHistory();
  return (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes?.activityId === 'trunk').length;
}
