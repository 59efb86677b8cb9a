/** Row 6 of the fault matrix: every write of a search fails once, each of its steps, as a broken or a full disk fails. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import { openServedLab, type ServedLab } from '../../search-lab.ts';
import { digestOf, fakeSearch, forget } from '../fault-lab.ts';

/** Fewer proxies than elsewhere: each search is one of many here. */
const file = {
  ...fakeSearch,
  search: { ...fakeSearch.search, first: 4, batch: 1 },
  budget: { proxies: 9, concurrency: 2 },
  verify: { candidates: 1, seeds: 2, baselines: ['uniform' as const] },
};

/** One of so many writes fails in a search: more than a stage does, so that its next attempt gets further. */
const apart = 23;

let lab: ServedLab;
let expected: string;
beforeAll(async () => {
  lab = await openServedLab();
  expected = await digestAfter('undisturbed');
}, 600_000);
afterAll(() => lab.close(), 60_000);

async function digestAfter(name: string): Promise<string> {
  await forget(lab);
  return digestOf((await (await lab.start(name, file)).result()) as SearchResult);
}

test('row 6: the n-th write fails, for every n: the same recipe', async () => {
  const struck = join(lab.home, 'struck');
  process.env['CLIMB_FAULTS_DONE'] = struck;
  try {
    for (let first = 1; first <= apart; first++) {
      const writes = Array.from({ length: 40 }, (_, at) => first + at * apart);
      process.env['CLIMB_FAULTS'] = writes.map((n) => `publish:${n % 2 === 0 ? 'enospc' : 'eio'}:${n}`).join(',');
      expect(await digestAfter(`write-${first}`)).toBe(expected);
    }
  } finally {
    delete process.env['CLIMB_FAULTS'];
    delete process.env['CLIMB_FAULTS_DONE'];
  }
  // Every write up to the last that all of these searches did has failed.
  const failed = (await readdir(struck)).map((entry) => Number(entry.split(':')[2])).sort((a, b) => a - b);
  const reached = failed.findIndex((n, at) => n !== at + 1);
  expect(reached === -1 ? failed.length : reached).toBeGreaterThan(150);
}, 900_000);
