import type { Arm } from '../verification/arms.ts';
import { lossOf, taskLabel } from '../verification/objective.ts';
import type { ProxyScore } from '../verification/proxy-score.ts';
import { ownObservations, type Observation } from '../predictor/observations.ts';
import { derivedSeed } from '../random.ts';
import { rungShape } from '../spec/ladder.ts';
import { proxyShape } from '../spec/proxy-shape.ts';
import type { SearchSpec } from '../spec/search-file.ts';

/** What a search leaves behind of its proxies: its recipe, or a snapshot of an iteration. */
export type SearchEvidence = {
  readonly search: string;
  readonly spec: SearchSpec;
  /** What proxies of the search were trained with; absent: the seed of the spec. */
  readonly trainingSeed?: number;
  readonly clusters: readonly { readonly cluster: string; readonly label: string }[];
  readonly observations: readonly Observation[];
  readonly arms: readonly Pick<Arm, 'id' | 'weights'>[];
  /** SHA-256 of score artifacts by `score.ID`, among other hashes. */
  readonly hashes: Readonly<Record<string, string>>;
};

/** A proxy that has a score, as one row of a table. */
export type ScoredProxy = {
  readonly search: string;
  readonly proxy: string;
  /** Null after the iterations. */
  readonly iteration: number | null;
  readonly role: 'searched' | 'verification' | 'ladder';
  /** The arm that it is a run of, where it is one. */
  readonly arm: string | null;
  /** Of the initial weights, and of the order of the data. */
  readonly seed: number;
  readonly dataSeed: number;
  /** In the order of the clusters. */
  readonly weights: readonly number[];
  /** By task label; lower is better. */
  readonly losses: Readonly<Record<string, number>>;
  /** Of training. */
  readonly tokens: number;
  /** SHA-256 of its score artifact. */
  readonly score: string;
};

/** @param scores artifacts by hash, of every run of an arm: the recipe has means of them only */
export function scoredProxies(source: SearchEvidence, scores: ReadonlyMap<string, ProxyScore>): ScoredProxy[] {
  const own = ownObservations(source.observations);
  return [...own.map((observation) => searched(source, observation)), ...runsOfArms(source, scores)];
}

/** Hashes of the artifacts that `scoredProxies` needs. */
export function armScores(hashes: SearchEvidence['hashes']): string[] {
  return Object.entries(hashes).flatMap(([name, hash]) => (armRun.test(name) ? [hash] : []));
}

function searched({ search, spec, trainingSeed = spec.seed }: SearchEvidence, observation: Observation): ScoredProxy {
  const { id, weights, losses, score } = observation;
  return {
    search,
    proxy: id,
    iteration: Number(/^i(\d+)-/.exec(id)?.[1] ?? NaN),
    role: 'searched',
    arm: null,
    seed: derivedSeed(trainingSeed, ['search', 'weights']),
    dataSeed: derivedSeed(trainingSeed, ['search', 'data']),
    weights,
    losses: Object.fromEntries(spec.tasks.map((task, at) => [taskLabel(task), losses[at]!])),
    tokens: proxyShape(spec.proxy).tokens,
    score,
  };
}

/** `v-observed-1-s2`: arm `observed-1` with the second seed; `l1-…` is the same on the first rung of the ladder. */
const armRun = /^score\.(?:v|l(\d+))-(.+)-s(\d+)$/;

function runsOfArms(
  { search, spec, arms, hashes }: SearchEvidence,
  scores: ReadonlyMap<string, ProxyScore>,
): ScoredProxy[] {
  return Object.entries(hashes).flatMap(([name, hash]) => {
    const [, rung, arm, run] = armRun.exec(name) ?? [];
    const weights = arms.find(({ id }) => id === arm)?.weights;
    const score = scores.get(hash);
    if (arm === undefined || weights === undefined || score === undefined) return [];
    const shape = rung === undefined ? undefined : spec.verify.ladder?.[Number(rung) - 1];
    const measured = new Map(score.tasks.map((task) => [task.name, task]));
    const at = Number(run) - 1;
    const losses = [...spec.tasks, ...spec.report.tasks].flatMap((task) => {
      const found = measured.get(taskLabel(task));
      return found === undefined ? [] : [[taskLabel(task), lossOf(found, task.metric)] as const];
    });
    return {
      search,
      proxy: name.slice('score.'.length),
      iteration: null,
      role: rung === undefined ? ('verification' as const) : ('ladder' as const),
      arm,
      seed: derivedSeed(spec.seed, ['verify', at, 'weights']),
      dataSeed: derivedSeed(spec.seed, ['verify', at, 'data']),
      weights,
      losses: Object.fromEntries(losses),
      tokens: (shape === undefined ? proxyShape(spec.proxy) : rungShape(spec.proxy, shape)).tokens,
      score: hash,
    };
  });
}
