/** Plans of `npm run chaos` that once failed, or are worth keeping: each a search with its own faults, checked to its end. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../adapters/home.ts';
import { openChaosWorld, type ChaosWorld } from '../../../scripts/chaos/chaos-world.ts';
import { readPlan } from '../../../scripts/chaos/plan.ts';
import { runPlan, type Undisturbed } from '../../../scripts/chaos/run-plan.ts';

const folder = join(repositoryRoot, 'test/faults/plans');
let world: ChaosWorld;
let undisturbed: Undisturbed | undefined;

beforeAll(async () => {
  world = await openChaosWorld();
  const outcome = await runPlan(world, { name: 'undisturbed', trainer: 'fake', faults: [] });
  expect(outcome.wrong).toEqual([]);
  ({ undisturbed } = outcome);
}, 600_000);

afterAll(() => world.close({ keep: false }), 60_000);

test.each(readdirSync(folder))(
  'the plan %s',
  async (file) => {
    const { wrong, struck } = await runPlan(world, await readPlan(join(folder, file)), undisturbed);
    expect(wrong).toEqual([]);
    expect(struck).toBeGreaterThan(0);
  },
  600_000,
);
