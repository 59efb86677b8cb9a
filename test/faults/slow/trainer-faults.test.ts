/** Rows 7 to 12 of the fault matrix, through the whole system: what can happen to a trainer and its data. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import type { Recipe } from '../../../climb/search/recipe.ts';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import { isAlive } from '../../adapters/is-alive.ts';
import { openServedLab, type ServedLab } from '../../search-lab.ts';
import { until } from '../../until.ts';
import { digestOf, fakeSearch, forget, noted, slowSteps, trainingsUnderWay, triesOf } from '../fault-lab.ts';

/** While this file exists no training begins. */
const holding = join(tmpdir(), `climb-holding-${process.pid}`);
const stallSeconds = 5;
let lab: ServedLab;
let expected: string;

beforeAll(async () => {
  lab = await openServedLab({ ...slowSteps, FAKE_HOLD: holding });
  expected = digestOf(await searched('undisturbed'));
  await forget(lab);
}, 600_000);
afterAll(() => lab.close(), 60_000);
afterEach(() => forget(lab));

const begin = (name: string) => lab.start(name, fakeSearch);
const searched = async (name: string) => (await (await begin(name)).result()) as SearchResult;

/** The trainer that searches know as `fake`, otherwise configured. */
async function withTrainer({ env = {}, ...profile }: { env?: Record<string, string>; stallSeconds?: number }) {
  const fake = lab.settings.trainers['fake']!;
  await lab.replaceWorker({
    trainers: { ...lab.settings.trainers, fake: { ...fake, ...profile, env: { ...fake.env, ...env } } },
  });
}

/** Each of these faults strikes once, whichever process gets there first. */
const once = (name: string, faults: string) => ({
  env: { CLIMB_FAULTS: faults, CLIMB_FAULTS_DONE: join(lab.home, `struck-${name}`) },
});

const startsOf = async (key: string) => (await noted(lab, 'start')).filter((line) => line.includes(key));

/** The activities that were tried more than once. */
const triedAgain = async (name: string) => [...(await triesOf(lab, name)).values()].filter((one) => one.attempts > 1);

test('row 7: one bit flipped in each file of a checkpoint: it is passed over for the one before', async () => {
  const handle = await begin('flipped');
  const struck = new Set<string>();
  const spoilt = new Set<string>();
  for (;;) {
    const training = await until(() =>
      trainingsUnderWay(lab).find(({ member, checkpoints }) => !struck.has(member.id) && checkpoints.length === 2),
    );
    await writeFile(holding, '');
    const begun = (await startsOf(training.member.id)).length;
    process.kill(training.pid, 'SIGKILL');
    await until(() => !isAlive(training.pid));
    const [whole, newest] = trainingsUnderWay(lab)
      .find(({ folder }) => folder === training.folder)!
      .checkpoints.slice(-2) as [string, string];
    const folder = join(training.folder, 'checkpoints', newest);
    const files = readdirSync(folder).sort();
    const file = files.find((name) => !spoilt.has(name))!;
    const bytes = await readFile(join(folder, file));
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(join(folder, file), bytes);
    struck.add(training.member.id);
    spoilt.add(file);
    await rm(holding);
    const goesOn = await until(async () => (await startsOf(training.member.id))[begun]);
    expect(goesOn).toBe(`start ${training.member.id} ${parseInt(whole.slice('step-'.length), 10)}`);
    if (files.every((name) => spoilt.has(name))) break;
  }
  expect(digestOf((await handle.result()) as SearchResult)).toBe(expected);
  expect([...spoilt].sort()).toContain('manifest.json');
  expect(spoilt.size).toBeGreaterThanOrEqual(4);
}, 600_000);

test('row 8: killed between the files of a checkpoint: it is ignored', async () => {
  // A checkpoint has three files before its manifest, and the first one is whole.
  const between = [4, 5, 6].map((file) => `train.midCheckpoint:kill:${file}`);
  await withTrainer(once('between', between.join(',')));
  expect(digestOf(await searched('half-written'))).toBe(expected);
  const again = await triedAgain('half-written');
  expect(again.map(({ type }) => type)).toEqual(again.map(() => 'killed'));
  expect(again.reduce((sum, { attempts }) => sum + attempts - 1, 0)).toBe(between.length);
}, 600_000);

test('row 9: the corpus changes while the search runs: it fails by name before any proxy trains', async () => {
  const corpus = join(lab.home, 'corpus', 'tiny.jsonl');
  const whole = await readFile(corpus);
  const trained = (await noted(lab, 'start')).length;
  // Ten seconds between what was read and what is made of it.
  process.env['CLIMB_FAULTS'] = 'embed.afterBatch:delay=10000';
  try {
    const handle = await begin('changed');
    await until(async () => (await handle.query<{ phase: string }>('status')).phase === 'embed');
    await truncate(corpus, 1000);
    const failure: unknown = await handle.result().catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: { cause: { type: 'BadCorpus' } } });
    expect(String((failure as { cause: { cause: Error } }).cause.cause.message)).toMatch(
      /corpus\/tiny\.jsonl.*expected \d+ bytes.*found 1000/s,
    );
    expect((await noted(lab, 'start')).length).toBe(trained);
  } finally {
    delete process.env['CLIMB_FAULTS'];
    await writeFile(corpus, whole);
  }
}, 600_000);

test('row 10: a loss that is NaN: the proxy diverged, it is not tried again and is left out of the fit', async () => {
  const key = (await noted(lab, 'start'))[0]!.split(' ')[1]!;
  await withTrainer({ env: { FAKE_DIVERGE: key } });
  const result = await searched('diverged');
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
  expect(recipe.run.proxies).toMatchObject({ diverged: 1, failed: 0 });
  expect(recipe.run.charged.proxies).toBe(16);
  expect(recipe.evidence.observations.filter(({ id }) => id.startsWith('i1-'))).toHaveLength(3);
  expect(await triedAgain('diverged')).toEqual([]);
}, 600_000);

test('row 11: out of memory: one retry with half the micro-batch, and the worker survives', async () => {
  await withTrainer(once('memory', 'train.step:oom:3'));
  expect(digestOf(await searched('crowded'))).toBe(expected);
  const [again, ...others] = await triedAgain('crowded');
  expect(others).toEqual([]);
  expect(again).toMatchObject({ attempts: 2, type: 'outOfMemory' });
  expect(again?.message).toContain(`next with {"microBatch":${fakeSearch.proxy.batch / 2},`);
}, 600_000);

test('row 12: a trainer that hangs is killed after the stall time and 10 s at most, and tried again', async () => {
  await withTrainer({ stallSeconds });
  const handle = await begin('hanging');
  const { pid } = await until(() => trainingsUnderWay(lab).find((one) => one.checkpoints.length > 0));
  process.kill(pid, 'SIGSTOP');
  await until(() => !isAlive(pid), (stallSeconds + 10) * 1000);
  expect(digestOf((await handle.result()) as SearchResult)).toBe(expected);
  expect(await triedAgain('hanging')).toEqual([expect.objectContaining({ attempts: 2, type: 'stalled' })]);
}, 600_000);
