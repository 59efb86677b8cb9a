import type { Made, Ref } from '../climb/artifact.ts';
import { tokenShares, type TokenShards } from '../climb/corpus/token-shards.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import type { Scored } from '../climb/search/search-state.ts';
import type { TaskSpec } from '../climb/spec/search-file.ts';
import { objective, objectiveWeights, type Scale } from '../climb/verification/objective.ts';
import { lossesOn, type ProxyScore } from '../climb/verification/proxy-score.ts';
import type { RegmixMixture } from '../climb/verification/regmix.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';

export type FitRegmixInput = {
  readonly tokens: Ref;
  readonly mixtures: Ref;
  /** In any order. */
  readonly scored: readonly Scored[];
  readonly tasks: readonly TaskSpec[];
  readonly scale: Scale;
  readonly seed: number;
};

export type RegmixSummary = {
  readonly observations: number;
  /** False where no tree could split the runs: then it recommends nothing. */
  readonly grown?: boolean;
};

/** RegMix's recommendation from the runs of its own search. */
export function fitRegmix({ store, compute }: Pick<Deps, 'store' | 'compute'>) {
  return async (input: FitRegmixInput): Promise<Made<RegmixSummary>> => {
    const { mixtures } = await store.readJson<Mixtures>(input.mixtures);
    const prior = tokenShares(await store.readJson<TokenShards>(input.tokens));
    const found = await Promise.all(
      mixtures.map(async ({ id, weights }) => {
        const score = input.scored.find((entry) => entry.id === id)?.score;
        if (score === undefined) return [];
        const losses = lossesOn(await store.readJson<ProxyScore>(score), input.tasks);
        return [{ id, weights, losses, score: score.sha256 }];
      }),
    );
    const observations = found.flat();
    const losses = observations.map((run) => run.losses);
    const taskWeights = objectiveWeights(input.tasks, input.scale, losses);
    const weights = await beating((_, signal) =>
      compute.run(
        'regmixRecommendation',
        {
          mixtures: observations.map((run) => run.weights),
          scores: losses.map((run) => objective(run, taskWeights)),
          prior,
          seed: input.seed,
        },
        { signal },
      ),
    );
    const ref = await store.putJson({ schema: 1, kind: 'regmix', weights, observations } satisfies RegmixMixture);
    return { ref, summary: { observations: observations.length, grown: weights !== null } };
  };
}
