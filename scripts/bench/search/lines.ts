import type { benchTable } from './bench-table.ts';
import type { benchWorld } from './bench-world.ts';

type Figures<F extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

const WIDTH = 14;

/** A table's figures as people read them. */
export function tableLines({ predictor, search }: Figures<typeof benchTable>): string[] {
  return [
    row('ranking', ['mean', 'worst']),
    ...Object.entries(predictor).map(([size, { mean, worst }]) => row(size, [figure(mean), figure(worst)])),
    row('ranks', ['best seen', 'worst', 'predicted', 'recommended', 'first top 5']),
    ...Object.entries(search).map(([strategy, ranks]) =>
      row(strategy, [
        figure(ranks.bestSeenMeanRank),
        figure(ranks.bestSeenWorstRank),
        figure(ranks.predictedBestMeanRank),
        figure(ranks.recommendedMeanRank),
        ranks.firstTop5Median === null ? 'never' : figure(ranks.firstTop5Median),
      ]),
    ),
  ];
}

/** A world's figures as people read them: mean regret, worst in brackets. */
export function worldLines({ regret }: Figures<typeof benchWorld>): string[] {
  const strategies = Object.entries(regret);
  return [
    row('regret', Object.keys(strategies[0]?.[1] ?? {})),
    ...strategies.map(([strategy, byBudget]) =>
      row(
        strategy,
        Object.values(byBudget).map(({ mean, worst }) => `${figure(mean)} (${figure(worst)})`),
      ),
    ),
  ];
}

function figure(value: number | null): string {
  return value === null ? '-' : String(Number(value.toPrecision(3)));
}

function row(name: string, cells: readonly string[]): string {
  return [name, ...cells]
    .map((cell) => cell.padEnd(WIDTH))
    .join(' ')
    .trimEnd();
}
