import { expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { faultPlaces } from '../../../adapters/fault-points.ts';
import { repositoryRoot } from '../../../adapters/home.ts';
import { drawPlan } from '../../../scripts/chaos/draw-plan.ts';
import { readPlan, strikesServer, type Plan } from '../../../scripts/chaos/plan.ts';
import { place, scratch } from '../../adapters/scratch.ts';

const root = scratch();
const plans = Array.from({ length: 300 }, (_, at) => drawPlan(7, at + 1, 'fake'));

test('a plan follows from its seed and number alone, and survives its file', async () => {
  expect(drawPlan(7, 5, 'fake')).toEqual(plans[4]);
  expect(drawPlan(8, 5, 'fake').faults).not.toEqual(plans[4]?.faults);
  for (const [at, plan] of plans.slice(0, 20).entries()) {
    expect(await readPlan(await place(join(root, `${at}.json`), JSON.stringify(plan)))).toEqual(plan);
  }
});

test('a plan that struck nothing is drawn again: another, by the same seed', () => {
  const again = drawPlan(7, 5, 'fake', 2);
  expect(again).toEqual(drawPlan(7, 5, 'fake', 2));
  expect(again.name).toBe('seed-7-plan-5-2');
  expect(again.faults).not.toEqual(plans[4]?.faults);
  expect(drawPlan(7, 5, 'fake', 1)).toEqual(plans[4]);
});

test('plans strike everywhere: each place in worker and trainer, each process, by each message', () => {
  const told = JSON.stringify(plans);
  for (const name of faultPlaces) expect(told).toContain(`"worker point","fault":"${name}:`);
  for (const name of ['step', 'beforeCheckpoint', 'midCheckpoint', 'afterCheckpoint', 'beforeResult']) {
    expect(told).toContain(`"trainer point","fault":"train.${name}:`);
  }
  for (const what of ['kill worker', 'stop worker', 'freeze worker', 'kill trainer', 'freeze trainer', 'tell']) {
    expect(told).toContain(`"do":"${what}"`);
  }
  expect(plans.filter(strikesServer).length).toBeGreaterThan(10);
  expect(plans.every(({ faults }) => faults.length >= 1)).toBe(true);
});

test('whoever pauses goes on', () => {
  const messages = ({ faults }: Plan) => faults.flatMap((fault) => ('message' in fault ? [fault.message] : []));
  for (const plan of plans) {
    const [pauses, ends] = ['pause', 'resume'].map(
      (name) => messages(plan).filter((message) => message === name).length,
    );
    expect(pauses).toBe(ends);
  }
});

test('what is no plan is refused with its path', async () => {
  const path = await place(join(root, 'bad.json'), JSON.stringify({ name: 'x', trainer: 'none', faults: [] }));
  await expect(readPlan(path)).rejects.toThrow(/trainer/);
});

test('the plans that are kept are plans', async () => {
  const folder = join(repositoryRoot, 'test/faults/plans');
  for (const file of readdirSync(folder)) expect(`${(await readPlan(join(folder, file))).name}.json`).toBe(file);
});
