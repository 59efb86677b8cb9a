/**
 * How often the intervals of a verification hold all at once, and how wide they are, over made worlds whose truth is
 * known: `node --import tsx scripts/bench/interval-coverage.ts [worlds, default 300]`. Minutes. The last line is JSON.
 */
import { stream } from '../../climb/random.ts';
import type { ItemScores } from '../../climb/verification/item-scores.ts';
import { compareArms, type Interval } from '../../climb/verification/verification.ts';

/** Standard deviations in bits per byte: of a run over seeds, and of an arm's own luck with an item of 20 bytes. */
type World = {
  readonly arms: number;
  readonly seeds: number;
  readonly items: number;
  readonly tasks: number;
  readonly seedSd: number;
  readonly itemSd: number;
  /** Share of the variance over seeds that arms with the same seed have in common. */
  readonly shared: number;
};

const worlds: readonly World[] = [
  { arms: 5, seeds: 2, items: 500, tasks: 3, seedSd: 0.007, itemSd: 0.1, shared: 0 },
  { arms: 5, seeds: 3, items: 40, tasks: 1, seedSd: 0.01, itemSd: 0.1, shared: 0 },
  { arms: 3, seeds: 2, items: 500, tasks: 3, seedSd: 0.007, itemSd: 0.02, shared: 0 },
  { arms: 5, seeds: 2, items: 300, tasks: 3, seedSd: 0.001, itemSd: 0.2, shared: 0 },
  { arms: 7, seeds: 3, items: 500, tasks: 3, seedSd: 0.007, itemSd: 0.1, shared: 0.5 },
  { arms: 3, seeds: 2, items: 12, tasks: 1, seedSd: 0.001, itemSd: 0.2, shared: 0 },
];

/** Arms are .01 bits apart. */
const step = 0.01;

function scoresOf(world: World, draw: number): ItemScores[][][] {
  const items = Array.from({ length: world.tasks }, (_, task) =>
    Array.from({ length: world.items }, (_, item) => {
      const draws = stream(draw, ['item', task, item]);
      const hard = 2 + 0.5 * draws.normal();
      const size = 5 + draws.integer(60);
      return { hard, size, own: Array.from({ length: world.arms }, () => draws.normal()) };
    }),
  );
  return Array.from({ length: world.arms }, (_, arm) =>
    Array.from({ length: world.seeds }, (_, seed) => {
      const draws = stream(draw, ['run', `a${arm}`, seed]);
      const common = Math.sqrt(world.shared) * stream(draw, ['shared', seed]).normal();
      const level = step * arm + world.seedSd * (Math.sqrt(1 - world.shared) * draws.normal() + common);
      return items.map((task) => ({
        losses: task.map(({ hard, size, own }) => {
          const luck = world.itemSd * (own[arm] as number) * Math.sqrt(20 / size) + 0.02 * draws.normal();
          return size * (hard + level + luck);
        }),
        sizes: task.map(({ size }) => size),
      }));
    }),
  );
}

function measure(world: World, interval: Interval, draws: number): { coverage: number; halfWidth: number } {
  const arms = Array.from({ length: world.arms }, (_, at) => `a${at}`);
  const baselines = arms.slice(-Math.min(3, world.arms - 1));
  const found = Array.from({ length: draws }, (_, draw) => {
    const { comparisons } = compareArms({
      arms,
      scores: scoresOf(world, draw),
      taskWeights: Array.from({ length: world.tasks }, () => 1),
      candidates: arms.slice(0, world.arms - baselines.length),
      baselines,
      natural: baselines.at(-1) as string,
      interval,
      seed: draw,
    });
    const truth = (arm: string, against: string) => step * (arms.indexOf(against) - arms.indexOf(arm));
    return {
      held: comparisons.every(
        ({ arm, against, lower, upper }) => lower <= truth(arm, against) && truth(arm, against) <= upper,
      ),
      half: comparisons.reduce((sum, { lower, upper }) => sum + (upper - lower) / 2, 0) / comparisons.length,
    };
  });
  return {
    coverage: found.filter(({ held }) => held).length / draws,
    halfWidth: found.reduce((sum, { half }) => sum + half, 0) / draws,
  };
}

const draws = Number(process.argv[2] ?? 300);
const rows = worlds.map((world) => {
  const row = { ...world, student: measure(world, 'student', draws), bootstrap: measure(world, 'bootstrap', draws) };
  console.error(row);
  return row;
});
console.log(JSON.stringify({ draws, rows }));
