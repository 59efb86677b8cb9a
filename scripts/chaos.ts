/**
 * `npm run chaos -- --seed 1 --runs 50`: searches under faults that are drawn from a seed, each with a real dev server,
 * database file and worker processes, checked by scripts/checker/. A plan that fails is kept and can be run again with
 * `--plan`. The last line is `N passed, M failed`.
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { climbHome } from '../adapters/home.ts';
import { openChaosWorld } from './chaos/chaos-world.ts';
import { drawPlan } from './chaos/draw-plan.ts';
import { readPlan, type Plan } from './chaos/plan.ts';
import { runPlan } from './chaos/run-plan.ts';
import { CommandProblem, runCommand } from './run-command.ts';

/** The shell's convention for a command ended by Ctrl-C. */
const INTERRUPTED = 130;

type Options = { seed: number; runs: number; trainer: Plan['trainer']; lanes: number; plan?: string };

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number.');
  return value;
}

const program = new Command('chaos')
  .option('--seed <number>', 'what the plans are drawn from', count, 1)
  .option('--runs <count>', 'plans', count, 50)
  .option('--lanes <count>', 'plans under way at once', count, 4)
  .option('--plan <file>', 'run this plan instead')
  .addOption(new Option('--trainer <which>', 'what trains').choices(['fake', 'real']).default('fake'))
  .parse();
const { seed, runs, trainer, lanes, plan: file } = program.opts<Options>();

await runCommand(async () => {
  const plans =
    file === undefined
      ? Array.from({ length: runs }, (_, at) => drawPlan(seed, at + 1, trainer))
      : [await readPlan(file)];
  const folder = join(climbHome(), 'chaos');
  await mkdir(join(folder, 'failed'), { recursive: true });
  const world = await openChaosWorld();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Workers end with this process by themselves, servers don't.
    process.once(signal, () => void world.close({ keep: true }).finally(() => process.exit(INTERRUPTED)));
  }
  let failed = 0;
  let done = false;
  try {
    const kind = plans[0]?.trainer ?? trainer;
    const undisturbed = await runPlan(world, { name: 'undisturbed', trainer: kind, faults: [] });
    if (undisturbed.digest === undefined || undisturbed.wrong.length > 0) {
      throw new CommandProblem(
        `the undisturbed search is not sound: ${undisturbed.wrong.join('; ')}; see ${world.root}`,
      );
    }
    console.log(`undisturbed: ${undisturbed.seconds.toFixed(1)} s, digest ${undisturbed.digest}`);
    const todo = plans.values();
    const lane = async () => {
      for (const plan of todo) {
        const path = join(folder, `${plan.name}.json`);
        await writeFile(path, `${JSON.stringify(plan, null, 2)}\n`);
        const { wrong, told } = await runPlan(world, plan, undisturbed.digest).then(
          ({ wrong, seconds, struck, workers }) => ({
            wrong,
            told: `${seconds.toFixed(1)} s, ${struck} of ${plan.faults.length} faults, workers ${workers}`,
          }),
          (error: Error) => ({ wrong: [error.stack ?? error.message], told: 'broke off' }),
        );
        console.log(`${wrong.length === 0 ? 'passed' : 'FAILED'} ${plan.name} (${told})`);
        const home = join(world.root, plan.name);
        if (wrong.length === 0) {
          await rm(home, { recursive: true });
          continue;
        }
        failed++;
        const kept = join(folder, 'failed', `${plan.name}.json`);
        await copyFile(path, kept);
        for (const sentence of wrong) console.log(`  ${sentence}`);
        console.log(`  its plan: ${kept}; what it left: ${home}`);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    done = true;
  } finally {
    await world.close({ keep: failed > 0 || !done });
  }
  console.log(`${plans.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
});
