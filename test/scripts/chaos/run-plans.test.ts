import { expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../../scripts/chaos/plan.ts';
import { runPlans, type Draw } from '../../../scripts/chaos/run-plans.ts';
import { scratch } from '../../adapters/scratch.ts';

const root = scratch();
const fault = { at: 'worker point', fault: 'publish:kill:1' } as const;
const drawn = (name: string, next?: () => Draw): Draw => {
  return { plan: { name, trainer: 'fake', faults: [fault, fault] }, ...(next && { next }) };
};

/** Runs plans whose outcomes follow from their names. */
async function outcomeOf(draws: Draw[], outcomes: Record<string, { struck?: number; wrong?: string[] }>, lanes = 2) {
  const ran: string[] = [];
  const said: string[] = [];
  const run = ({ name }: Plan) => {
    ran.push(name);
    const { struck = 0, wrong = [] } = outcomes[name] ?? {};
    return Promise.resolve({ struck, wrong, undisturbed: undefined, seconds: 1, workers: 1 });
  };
  const folder = join(root, 'chaos');
  const tally = await runPlans(draws, lanes, { run, folder, root, log: (line) => said.push(line) });
  return { tally, ran, said, folder };
}

test('a plan that struck nothing proves nothing: another is drawn in its place until one strikes', async () => {
  const again = drawn('a-2', () => drawn('a-3'));
  const { tally, ran } = await outcomeOf([drawn('a', () => again), drawn('b')], {
    'a-3': { struck: 1 },
    b: { struck: 2 },
  });
  expect(ran.sort()).toEqual(['a', 'a-2', 'a-3', 'b']);
  expect(tally).toEqual({ passed: 2, failed: 0, idle: 0, struck: 3, planned: 8 });
});

test('where none is left to draw it is told beside those that passed', async () => {
  const { tally, said } = await outcomeOf([drawn('a', () => drawn('a-2'))], {});
  expect(tally).toEqual({ passed: 0, failed: 0, idle: 1, struck: 0, planned: 4 });
  expect(said).toEqual([expect.stringContaining('missed a ('), expect.stringContaining('missed a-2 (')]);
});

test('one that failed is kept and not drawn again, whatever struck', async () => {
  const { tally, ran, said, folder } = await outcomeOf([drawn('bad', () => drawn('bad-2'))], {
    bad: { wrong: ['I4: x.tmp is a temporary file'] },
  });
  expect(ran).toEqual(['bad']);
  expect(tally).toMatchObject({ passed: 0, failed: 1, idle: 0 });
  expect(said.slice(0, 2)).toEqual(['FAILED bad (1.0 s, 0 of 2 faults, workers 1)', '  I4: x.tmp is a temporary file']);
  expect(await readdir(join(folder, 'failed'))).toEqual(['bad.json']);
});
