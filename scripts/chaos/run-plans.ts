import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from './plan.ts';
import type { PlanOutcome } from './run-plan.ts';

/** A plan, and the next one to try in its place where none of its faults struck; absent: there is none. */
export type Draw = { readonly plan: Plan; readonly next?: () => Draw };

/** `idle`: plans that proved nothing, since nothing struck. */
export type Tally = { passed: number; failed: number; idle: number; struck: number; planned: number };

/** How each plan is run, where plans are kept, where their state folders lie, and who is told. */
export type Running = {
  readonly run: (plan: Plan) => Promise<PlanOutcome>;
  readonly folder: string;
  readonly root: string;
  readonly log: (line: string) => void;
};

/**
 * Runs plans, so many at once. One whose faults all missed is a search that nobody disturbed: another is drawn in its
 * place. What failed is kept, plan and state folder.
 */
export async function runPlans(draws: readonly Draw[], lanes: number, running: Running): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, idle: 0, struck: 0, planned: 0 };
  await mkdir(join(running.folder, 'failed'), { recursive: true });
  const endOf = async ({ plan, next }: Draw): Promise<'passed' | 'failed' | 'idle'> => {
    const { wrong, struck } = await outcomeOf(plan, running);
    tally.struck += struck;
    tally.planned += plan.faults.length;
    if (wrong.length > 0) return 'failed';
    if (struck > 0) return 'passed';
    return next === undefined ? 'idle' : endOf(next());
  };
  const todo = draws.values();
  const lane = async () => {
    for (const draw of todo) tally[await endOf(draw)] += 1;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return tally;
}

async function outcomeOf(
  plan: Plan,
  { run, folder, root, log }: Running,
): Promise<Pick<PlanOutcome, 'wrong' | 'struck'>> {
  const path = join(folder, `${plan.name}.json`);
  await writeFile(path, `${JSON.stringify(plan, null, 2)}\n`);
  const { wrong, struck, said } = await run(plan).then(
    ({ wrong, seconds, struck, workers }) => ({
      wrong,
      struck,
      said: `${seconds.toFixed(1)} s, ${struck} of ${plan.faults.length} faults, workers ${workers}`,
    }),
    (error: Error) => ({ wrong: [error.stack ?? error.message], struck: 0, said: 'broke off' }),
  );
  const home = join(root, plan.name);
  const verdict = wrong.length > 0 ? 'FAILED' : struck > 0 ? 'passed' : 'missed';
  log(`${verdict} ${plan.name} (${said})`);
  if (wrong.length === 0) {
    await rm(home, { recursive: true, force: true });
    return { wrong, struck };
  }
  const kept = join(folder, 'failed', `${plan.name}.json`);
  await copyFile(path, kept);
  for (const sentence of wrong) log(`  ${sentence}`);
  log(`  its plan: ${kept}; what it left: ${home}`);
  return { wrong, struck };
}
