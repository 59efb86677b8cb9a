/**
 * `npm run bench:proposal`: how long a search thinks between two batches, in the thread that a worker would use:
 * a batch of 4 proposed from 10,000 candidates with 112 runs known, over 21 clusters and 3 tasks, and refits at
 * 64, 112 and 2,000 runs, as the preset `default` does both. The last line is JSON.
 */
import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Compute } from '../../adapters/compute.ts';
import { dirichlet } from '../../climb/mixture/dirichlet.ts';
import { quantise, uniform, type Mixture } from '../../climb/mixture/mixture.ts';
import type { Predictor } from '../../climb/predictor/predictor.ts';
import { stream } from '../../climb/random.ts';
import { searchSettings } from '../../climb/spec/search-presets.ts';
import { rounded } from './bench-process.ts';

const CLUSTERS = 21;
const TASKS = 3;
const CANDIDATES = 10_000;
const BATCH = 4;
const RUNS = [64, 112, 2000] as const;
/** Known where the batch is proposed. */
const KNOWN = 112;
const REPETITIONS = 3;

type Measured = { readonly wall: number; readonly cpu: number };

const settings = searchSettings({ search: { preset: 'default' }, tasks: [] });
const compute = new Compute(1);

const refits: Record<string, Measured> = {};
let proposal: Measured = { wall: NaN, cpu: NaN };
for (const runs of RUNS) {
  const { mixtures, scores } = measuredRuns(runs);
  const { result: predictor, ...taken } = await timed(`refit of ${TASKS} tasks at ${runs} runs`, () =>
    compute.run('fitPredictor', {
      mixtures,
      scores,
      taskWeights: new Array<number>(TASKS).fill(1),
      kind: settings.predictor,
    }),
  );
  refits[`n${runs}`] = { wall: taken.wall / TASKS, cpu: taken.cpu / TASKS };
  if (runs === KNOWN) ({ ...proposal } = await timed('proposal of a batch', () => propose(predictor, mixtures)));
}
await compute.close();

const seconds = (of: keyof Measured) =>
  Object.fromEntries(Object.entries(refits).map(([runs, taken]) => [runs, rounded(taken[of])]));
console.log(
  JSON.stringify({
    proposalSeconds: rounded(proposal.wall),
    proposalCpuSeconds: rounded(proposal.cpu),
    refitSecondsPerTask: seconds('wall'),
    refitCpuSecondsPerTask: seconds('cpu'),
    load: loadavg().map((load) => rounded(load)),
  }),
);

/** As the stages prune and sample do. */
async function propose(predictor: Predictor, evaluated: readonly Mixture[]): Promise<Mixture[]> {
  const candidates = await compute.run('pruneCandidates', {
    predictor,
    evaluated,
    prior: uniform(CLUSTERS),
    constraints: { lower: new Array<number>(CLUSTERS).fill(0), upper: new Array<number>(CLUSTERS).fill(1) },
    seed: 1,
    iteration: 5,
    settings,
    pool: CANDIDATES,
    size: BATCH,
  });
  return compute.run('sampleBatch', { predictor, evaluated, candidates, settings, size: BATCH });
}

/** Some law with a little noise: only how many there are matters. */
function measuredRuns(runs: number): { mixtures: Mixture[]; scores: number[][] } {
  const draws = stream(1, ['bench', 'proposal', runs]);
  const mixtures = Array.from({ length: runs }, () =>
    quantise(dirichlet(new Array<number>(CLUSTERS).fill(0.7), draws)),
  );
  const lossOf = (mixture: Mixture, task: number) =>
    mixture.reduce(
      (loss, weight, i) => loss - Math.sqrt(weight) * Math.abs(Math.sin(i * (task + 1))),
      3 + 0.01 * draws.normal(),
    );
  return { mixtures, scores: Array.from({ length: TASKS }, (_, task) => mixtures.map((own) => lossOf(own, task))) };
}

/** The median of the repetitions, wall clock and CPU of the whole process; the first one also starts the thread. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<Measured & { result: T }> {
  let result: T | undefined;
  const taken: Measured[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const [started, used] = [performance.now(), process.cpuUsage()];
    result = await work();
    const { user, system } = process.cpuUsage(used);
    taken.push({ wall: (performance.now() - started) / 1e3, cpu: (user + system) / 1e6 });
  }
  const all = (of: keyof Measured) => taken.map((each) => rounded(each[of]).toString()).join(', ');
  console.log(`${what}: ${all('wall')} s; ${all('cpu')} CPU seconds`);
  const median = (of: keyof Measured) =>
    taken.map((each) => each[of]).sort((a, b) => a - b)[REPETITIONS >> 1] as number;
  return { wall: median('wall'), cpu: median('cpu'), result: result as T };
}
