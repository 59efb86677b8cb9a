import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asCsv, madeRuns } from './made-table.ts';

const program = fileURLToPath(new URL('../../../scripts/bench/search.ts', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'climb-bench-'))));
afterEach(() => rm(folder, { recursive: true }));

function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', program, ...args], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const figures = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
const ranks = {
  bestSeenMeanRank: expect.any(Number),
  bestSeenWorstRank: expect.any(Number),
  predictedBestMeanRank: expect.any(Number),
  recommendedMeanRank: expect.any(Number),
  firstTop5Median: expect.any(Number),
};

// Slow: starts the program and its threads.
test('a table: the last line has the fields that were agreed on', async () => {
  const { mixtures, losses } = asCsv(madeRuns({ domains: 4, targets: 2, runs: 64, seed: 2 }));
  await writeFile(join(folder, 'train_mixture.csv'), mixtures);
  await writeFile(join(folder, 'train_loss.csv'), losses);
  const args = ['--table', folder, '--target', 'avg', '--budget', '14', '--seeds', '3'];
  const { code, stdout } = await bench(...args, '--strategies', 'default,paper,random');
  expect(code).toBe(0);
  expect(figures(stdout)).toEqual({
    table: folder,
    domains: 4,
    targets: 2,
    runs: 64,
    // 64 runs leave 30 unseen beside 32, not beside 64.
    predictor: { n32: { mean: expect.any(Number), worst: expect.any(Number) } },
    search: { default: ranks, paper: ranks, random: { ...ranks, predictedBestMeanRank: null } },
    seconds: expect.any(Number),
  });
  // Whichever thread ends first.
  const alone = await bench(...args, '--strategies', 'default', '--threads', '1');
  expect((figures(alone.stdout).search as { default: unknown }).default).toEqual(
    (figures(stdout).search as { default: unknown }).default,
  );
}, 120_000);

test('a world: regret at each budget', async () => {
  const world = join(folder, 'world.mjs');
  await writeFile(
    world,
    `export const domains = ['a', 'b', 'c'];
     export const prior = [2, 1, 1];
     export const tasks = ['x'];
     export const score = (weights, seed) => [2 - weights[1] + 0.001 * (seed % 3 - 1)];
     export const optimum = { weights: [0, 1, 0], scores: [1] };`,
  );
  const { code, stdout } = await bench(
    '--world',
    world,
    '--batch',
    '16',
    '--seeds',
    '2',
    '--strategies',
    'default,random',
  );
  expect(code).toBe(0);
  const regret = Object.fromEntries(
    [16, 32, 64, 112].map((n) => [n, { mean: expect.any(Number), worst: expect.any(Number) }]),
  );
  expect(figures(stdout)).toEqual({ world, regret: { default: regret, random: regret }, seconds: expect.any(Number) });
}, 120_000);

test('what is wrong is said, and the exit is 1', async () => {
  const nothing = await bench();
  expect(nothing.code).toBe(1);
  expect(nothing.stderr).toMatch(/one table or one world is measured\. Try: --table/);
  const strategy = await bench('--table', folder, '--strategies', 'best');
  expect(strategy.code).toBe(1);
  expect(strategy.stderr).toMatch(/best is no strategy; there are default, paper/);
  const empty = await bench('--table', folder);
  expect(empty.code).toBe(1);
  expect(empty.stderr).toMatch(/no \*mixture\*\.csv with a \*loss\*\.csv/);
  const world = await bench('--world', join(folder, 'none.mjs'));
  expect(world.code).toBe(1);
  expect(world.stderr).toMatch(/none\.mjs can't be imported/);
}, 60_000);
