import { expect, test } from '@jest/globals';
import { weighEvidence } from '../../../climb/verification/evidence.ts';
import { weighLadder } from '../../../climb/verification/ladder.ts';
import { arms, runsAt, smallSpec } from '../made-recipe.ts';

const proxies = weighEvidence(smallSpec, arms, runsAt([2.5, 2.6, 2.9, 3]))!.verification;
const rung = (width: number, levels: readonly number[] | null) => ({
  rung: { width, layers: 4 },
  skipped: levels === null ? ('proxies' as const) : null,
  runs: levels === null ? [] : runsAt(levels),
});
const weigh = (...rungs: ReturnType<typeof rung>[]) => weighLadder(smallSpec, arms, proxies, rungs);

test('each size is compared by itself, as the verification is', () => {
  const [one] = weigh(rung(128, [2.2, 2.25, 2.5, 2.4]));
  expect(one).toMatchObject({ rung: { width: 128, layers: 4 }, skipped: null, likeProxies: 0.8, likeBefore: 0.8 });
  const same = weighEvidence(smallSpec, arms, runsAt([2.2, 2.25, 2.5, 2.4]))?.verification;
  expect(one?.verification).toEqual(same);
});

test('a size is ranked against the proxies and against the size before it', () => {
  const ranks = weigh(rung(128, [2.9, 2.8, 2.3, 2.2]), rung(256, [2.7, 2.6, 2.1, 2]));
  expect(ranks.map(({ likeProxies, likeBefore }) => [likeProxies, likeBefore])).toEqual([
    [-1, -1],
    [-1, 1],
  ]);
});

test('a size that was skipped, or lost a baseline, has no comparison and ranks nothing', () => {
  const lost = { ...rung(256, [2.5, 2.6, 2.9, 3]), runs: runsAt([2.5, 2.6, 2.9, 3]).toSpliced(2, 1, []) };
  const nothing = { verification: null, likeProxies: null, likeBefore: null };
  expect(weigh(rung(128, null), lost)).toMatchObject([
    { skipped: 'proxies', ...nothing },
    { skipped: null, ...nothing },
  ]);
  expect(weigh(rung(128, null), rung(256, [2.5, 2.6, 2.9, 3]))[1]).toMatchObject({ likeProxies: 1, likeBefore: null });
});
