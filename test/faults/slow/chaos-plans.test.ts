/** Plans of `npm run chaos` that once failed, or are worth keeping: each a search with its own faults, checked to its end. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../adapters/home.ts';
import { openChaosWorld, type ChaosWorld } from '../../../scripts/chaos/chaos-world.ts';
import { readPlan } from '../../../scripts/chaos/plan.ts';
import { runPlan } from '../../../scripts/chaos/run-plan.ts';

const folder = join(repositoryRoot, 'test/faults/plans');
let world: ChaosWorld;
let digest: string | undefined;

beforeAll(async () => {
  world = await openChaosWorld();
  const undisturbed = await runPlan(world, { name: 'undisturbed', trainer: 'fake', faults: [] });
  expect(undisturbed.wrong).toEqual([]);
  ({ digest } = undisturbed);
}, 600_000);

afterAll(() => world.close({ keep: false }), 60_000);

test.each(readdirSync(folder))(
  'the plan %s',
  async (file) => {
    const { wrong } = await runPlan(world, await readPlan(join(folder, file)), digest);
    expect(wrong).toEqual([]);
  },
  600_000,
);
