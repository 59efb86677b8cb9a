/**
 * `npm run chaos -- --seed 1 --runs 50`: searches under faults that are drawn from a seed, each with a real dev server,
 * database file and worker processes, checked by scripts/checker/. A plan that fails is kept and can be run again with
 * `--plan`. The last lines are `N of M faults struck` and `N passed, M failed`; a plan none of whose faults struck is
 * drawn again, so that as many passed as were struck.
 */
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { climbHome } from '../adapters/home.ts';
import { openChaosWorld } from './chaos/chaos-world.ts';
import { drawPlan } from './chaos/draw-plan.ts';
import { readPlan, type Plan } from './chaos/plan.ts';
import { runPlan } from './chaos/run-plan.ts';
import { runPlans, type Draw } from './chaos/run-plans.ts';
import { CommandProblem, runCommand } from './run-command.ts';

/** The shell's convention for a command ended by Ctrl-C. */
const INTERRUPTED = 130;
/** Draws of one plan: about one in ten strikes nothing. */
const mostDraws = 5;

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

const drawn = (number: number, draw = 1): Draw => ({
  plan: drawPlan(seed, number, trainer, draw),
  ...(draw < mostDraws && { next: () => drawn(number, draw + 1) }),
});

await runCommand(async () => {
  const draws: Draw[] =
    file === undefined ? Array.from({ length: runs }, (_, at) => drawn(at + 1)) : [{ plan: await readPlan(file) }];
  const world = await openChaosWorld();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Workers end with this process by themselves, servers don't.
    process.once(signal, () => void world.close({ keep: true }).finally(() => process.exit(INTERRUPTED)));
  }
  let keep = true;
  try {
    const kind = draws[0]?.plan.trainer ?? trainer;
    const { undisturbed, wrong, seconds } = await runPlan(world, { name: 'undisturbed', trainer: kind, faults: [] });
    if (undisturbed === undefined || wrong.length > 0) {
      throw new CommandProblem(`the undisturbed search is not sound: ${wrong.join('; ')}; see ${world.root}`);
    }
    console.log(`undisturbed: ${seconds.toFixed(1)} s, digest ${undisturbed.digest}`);
    const { passed, failed, idle, struck, planned } = await runPlans(draws, lanes, {
      run: (plan) => runPlan(world, plan, undisturbed),
      folder: join(climbHome(), 'chaos'),
      root: world.root,
      log: (line) => console.log(line),
    });
    keep = failed > 0;
    if (idle > 0) console.log(`${idle} struck nothing, and proved nothing`);
    console.log(`${struck} of ${planned} faults struck`);
    console.log(`${passed} passed, ${failed} failed`);
    return failed + idle > 0 ? 1 : 0;
  } finally {
    await world.close({ keep });
  }
});
