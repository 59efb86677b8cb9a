/** Writes decisions.json anew: `node --import tsx test/golden/record-decisions.ts`. A change of it is a change of recipes. */
import { writeFileSync } from 'node:fs';
import { stream } from '../../climb/random.ts';
import { decide, decidedSearches, gains, type DecidedBatch } from './decisions.ts';

/** Some law and noise: what matters is that the scores are written down. */
function scoreOf(mixture: readonly number[], run: number): number[] {
  const draws = stream(run, ['golden']);
  return gains.map((task) => {
    const gain = task.reduce((sum, factor, i) => sum + factor * Math.sqrt(mixture[i] as number), 0);
    return Math.round((3 - 0.4 * gain + 0.005 * draws.normal()) * 1e5) / 1e5;
  });
}

const decisions = Object.fromEntries(
  (Object.keys(decidedSearches) as (keyof typeof decidedSearches)[]).map((name) => {
    const batches: DecidedBatch[] = [];
    for (let iteration = 0; iteration < 3; iteration++) {
      const mixtures = decide(name, batches);
      const before = batches.reduce((sum, batch) => sum + batch.mixtures.length, 0);
      batches.push({ mixtures, scores: mixtures.map((mixture, i) => scoreOf(mixture, before + i)) });
    }
    return [name, batches];
  }),
);
writeFileSync(new URL('decisions.json', import.meta.url), `${JSON.stringify(decisions)}\n`);
