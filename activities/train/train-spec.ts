import type { Ref } from '../../climb/artifact.ts';
import type { MemoryCut } from '../../climb/search/memory-cut.ts';
import type { ProxyShape } from '../../climb/spec/proxy-shape.ts';
import type { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { Trainer } from '../../adapters/trainer.ts';

/** A proxy to train: a mixture of the `mixtures` artifact by its id, and what is random about the training. */
export type Member = {
  readonly id: string;
  readonly mixture: string;
  /** Seed of the initial weights. */
  readonly seed: number;
  /** Seed of the order of the data, shared by all proxies that are compared. */
  readonly dataSeed: number;
};

export type TrainProxiesInput = {
  readonly tokens: Ref;
  readonly mixtures: Ref;
  /** All with the same `dataSeed`: they share one pass through the data. */
  readonly members: readonly Member[];
  readonly proxy: ProxyShape;
  readonly trainer: string;
  /** Weights that every member starts from, instead of from its seed. */
  readonly init?: Ref;
  /** Share of each cluster that training reads, (0, 1]; absent: all of it. */
  readonly poolShare?: number;
  /** Passes over what is read of a cluster, at most. */
  readonly maxEpochs: number;
  readonly checkpointSeconds: number;
  /** Device seconds of each member that are charged already: a pause cut the training. Absent: none. */
  readonly spent?: number;
};

/** A member with the weights of its mixture and its content key in the ledger. */
export type KeyedMember = { readonly member: Member; readonly weights: readonly number[]; readonly key: string };

/** The optimiser of every proxy (trainer/climb_trainer/ensemble.py); its learning rate comes with the shape. */
const optimiser = { weightDecay: 0.1, beta1: 0.9, beta2: 0.95, warmup: 0.02, decay: 0.4, clip: 1 };

/** Everything that the weights of one proxy depend on: its content key in the ledger. */
export function memberSpec(input: TrainProxiesInput, trainer: Trainer, member: Member, weights: readonly number[]) {
  return {
    schema: 1,
    trainer: trainer.identity,
    dtype: trainer.dtype,
    tokens: input.tokens.sha256,
    weights,
    seed: member.seed,
    dataSeed: member.dataSeed,
    proxy: input.proxy,
    init: input.init?.sha256 ?? null,
    poolShare: input.poolShare ?? 1,
    optimiser,
  };
}

/** The spec file of trainer/README.md for the members that the ledger doesn't have, named by their content keys. */
export function trainSpec(
  input: TrainProxiesInput,
  trainer: Trainer,
  members: readonly KeyedMember[],
  store: ArtifactStore,
  cut: MemoryCut,
) {
  const { model, batch, learningRate, tokens } = input.proxy;
  const { init, poolShare } = input;
  const { members: sideBySide, accelerate } = trainer;
  const { microBatch, ensemble = sideBySide } = cut;
  return {
    schema: 1,
    members: members.map(({ key, weights, member }) => ({ id: key, weights, seed: member.seed })),
    model,
    data: {
      manifest: store.path(input.tokens),
      sha256: input.tokens.sha256,
      artifacts: store.root,
      ...(poolShare !== undefined && { poolShare }),
      maxEpochs: input.maxEpochs,
      dataSeed: members[0]?.member.dataSeed,
    },
    ...(init !== undefined && { init: { path: store.path(init), sha256: init.sha256 } }),
    optim: { learningRate, batch, ...(microBatch !== undefined && { microBatch }), ...optimiser },
    budget: { tokensPerMember: tokens },
    checkpoint: { everySec: input.checkpointSeconds, keep: 2 },
    device: trainer.device,
    dtype: trainer.dtype,
    ...(sideBySide > 1 && { ensemble }),
    ...(accelerate !== undefined && { accelerate }),
  };
}
