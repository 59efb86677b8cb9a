/**
 * `npm run bench:overhead`: what a search adds to its trainings. So many fake proxies of 2 s, drawn at random, run
 * through a real dev server and a worker process, and the same trainings from a plain shell loop. The search scores each
 * proxy too, which the loop doesn't. The last line is JSON.
 */
import { Command, InvalidArgumentError } from 'commander';
import { runCommand } from '../run-command.ts';
import { openLab } from '../../test/search-lab.ts';
import { rounded } from './bench-process.ts';
import { shellLoop } from './overhead/shell-loop.ts';
import { timedSearch } from './overhead/timed-search.ts';

type Options = { proxies: number; slots: number; groups?: true; window: number; seconds: number };

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number above 0.');
  return value;
}

const program = new Command('bench:overhead')
  .option('--proxies <count>', 'proxies of the batch that is timed', count, 2000)
  .option('--slots <count>', 'trainings at once', count, 16)
  .option('--groups', 'four proxies in one training, one after another, as a device trains them side by side')
  .option('--window <count>', 'proxies that the search has in flight at once', count, 500)
  .option('--seconds <count>', 'length of a training', count, 2)
  .parse();
const { proxies, slots, groups = false, window, seconds } = program.opts<Options>();

await runCommand(async () => {
  const lab = await openLab({ FAKE_STEPS: '1', FAKE_STEP_MS: String(seconds * 1000) });
  const trainer = groups ? 'groups' : 'fake';
  try {
    const { spec, seconds: taken, ...rest } = await timedSearch(lab, { proxies, slots, window, trainer });
    console.log(`the search: ${rounded(taken)} s; ${rest.runs} runs of at most ${rest.eventsPerRun} events`);
    const baselineSeconds = await shellLoop(lab, { spec, proxies, slots, trainer });
    console.log(`a shell loop: ${rounded(baselineSeconds)} s`);
    const overhead = (taken - baselineSeconds) / baselineSeconds;
    const allowed = 0.02 + 5 / baselineSeconds;
    console.log(
      JSON.stringify({
        proxies,
        seconds: rounded(taken, 4),
        baselineSeconds: rounded(baselineSeconds, 4),
        overhead: rounded(overhead),
        allowed: rounded(allowed),
        idealSeconds: rounded((proxies * seconds) / slots, 4),
        slots,
        groups,
        window,
        ...rest,
      }),
    );
  } finally {
    await lab.close();
  }
  return 0;
});
