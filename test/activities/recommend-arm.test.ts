import { expect, test } from '@jest/globals';
import { recommendArm } from '../../activities/recommend-arm.ts';
import { scratch } from '../adapters/scratch.ts';
import { arms, runsAt, smallSpec } from '../climb/made-recipe.ts';
import { perform, worldIn } from './made-world.ts';

const deps = worldIn(scratch());

async function armOf(levels: readonly number[], runs = 2) {
  const scored = await Promise.all(
    runsAt(levels).flatMap((ofArm, at) =>
      ofArm.slice(0, runs).map(async (run, seed) => {
        const arm = arms[at]?.id as string;
        return { id: `v-${arm}-s${seed + 1}`, arm, score: await deps.store.putJson(run) };
      }),
    ),
  );
  const ref = await deps.store.putJson({ schema: 1, kind: 'mixtures', mixtures: arms });
  return perform(recommendArm(deps), { spec: smallSpec, verification: { arms: ref, runs: scored, seeds: [] } });
}

test('the arm that the recipe will have', async () => {
  expect(await armOf([2.5, 2.6, 2.9, 3])).toEqual({ arm: 'observed-1' });
  expect(await armOf([3, 3.01, 3.05, 3.0005])).toEqual({ arm: 'proportional' });
});

test('none where nothing can be claimed', async () => {
  expect(await armOf([2.5, 2.6, 2.9, 3], 1)).toEqual({ arm: null });
});
