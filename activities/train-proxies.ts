import { Context } from '@temporalio/activity';
import { contentKey } from '../climb/content-key.ts';
import type { Ref } from '../climb/artifact.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import type { ProxyShape } from '../climb/spec/proxy-shape.ts';
import type { Trainer } from '../adapters/trainer.ts';
import type { Deps } from './deps.ts';
import { inTurn, runTrainer } from './trainer-run.ts';

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
};

/** A trained proxy as the ledger keeps it. */
export type TrainedProxy = {
  readonly status: 'trained' | 'diverged';
  /** safetensors, null for a diverged proxy. */
  readonly weights: Ref | null;
  readonly tokens: number;
  readonly finalLoss: number | null;
  /** Seconds of training over all attempts. */
  readonly seconds: number;
};

/** `seconds` is what this call cost on a core or device: nothing for a proxy from the ledger. */
export type TrainedMember = { readonly id: string; readonly key: string; readonly fromLedger: boolean } & Omit<
  TrainedProxy,
  'finalLoss'
>;

type TrainerResult = {
  members: {
    id: string;
    status: 'trained' | 'diverged';
    weights: { file: string } | null;
    tokens: number;
    finalLoss: number | null;
    seconds: number;
  }[];
};

/** The optimiser of every proxy (trainer/climb_trainer/optim); its learning rate comes with the shape. */
const optimiser = { weightDecay: 0.1, beta1: 0.9, beta2: 0.95, warmup: 0.02, decay: 0.4, clip: 1 };

type Wanted = { readonly member: Member; readonly weights: readonly number[]; readonly key: string };

/**
 * Trains a group of proxies. Those that the ledger knows aren't trained again; the others go on from their last
 * checkpoint if an earlier attempt left one.
 */
export function trainProxies({ store, ledger, runs, speeds, trainers }: Deps) {
  return async (input: TrainProxiesInput): Promise<{ members: TrainedMember[] }> => {
    const trainer = trainers(input.trainer);
    const wanted = await wantedProxies(input, trainer);
    const keys = wanted.map(({ key }) => key);
    return inTurn(runs, keys, async () => {
      const known = await knownProxies(keys);
      const made = keys.every((key) => known.has(key)) ? null : await train(input, trainer, wanted, known);
      const paid = new Set<string>();
      const members = wanted.map(({ member, key }) => {
        const trained = known.get(key) ?? made?.proxies.get(key);
        if (trained === undefined) throw new Error(`the trainer's result has no member ${key} (${member.id})`);
        const { status, weights, tokens } = trained;
        // An earlier attempt of ours may have got as far as the ledger: then this search paid for the proxy, once.
        const fromLedger = paid.has(key) || (known.has(key) && Context.current().info.attempt === 1);
        paid.add(key);
        const seconds = fromLedger ? 0 : Math.max(trained.seconds, made?.secondsEach ?? 0);
        return { id: member.id, key, status, weights, tokens, seconds, fromLedger };
      });
      return { members };
    });
  };

  async function wantedProxies(input: TrainProxiesInput, trainer: Trainer): Promise<Wanted[]> {
    const { mixtures } = await store.readJson<Mixtures>(input.mixtures);
    const weightsOf = new Map(mixtures.map(({ id, weights }) => [id, weights]));
    return input.members.map((member) => {
      const weights = weightsOf.get(member.mixture);
      if (weights === undefined) throw new Error(`no mixture ${member.mixture} in artifact ${input.mixtures.sha256}`);
      return { member, weights, key: contentKey(memberSpec(input, trainer, member, weights)) };
    });
  }

  async function knownProxies(keys: readonly string[]): Promise<Map<string, TrainedProxy>> {
    const known = new Map<string, TrainedProxy>();
    for (const key of keys) {
      const entry = await ledger.find<TrainedProxy>('proxy', key);
      if (entry !== undefined && (await isIntact(entry))) known.set(key, entry);
    }
    return known;
  }

  async function isIntact({ weights }: TrainedProxy): Promise<boolean> {
    return weights === null || store.has(weights);
  }

  /** Trains what isn't known and keeps it; `secondsEach` is each one's share of the time that a device was busy. */
  async function train(
    input: TrainProxiesInput,
    trainer: Trainer,
    wanted: readonly Wanted[],
    known: ReadonlyMap<string, TrainedProxy>,
  ) {
    const run = contentKey(wanted.map(({ key }) => key));
    const members = await membersToTrain(run, wanted, known);
    const spec = groupSpec(input, trainer, members, store);
    const secondsEach = (await runTrainer(trainer, 'train', spec, runs.path(run))) / members.length;
    const result = await runs.readResult<TrainerResult>(run);
    const own = new Map<string, TrainedProxy>();
    for (const { id, status, weights, tokens, finalLoss, seconds } of result.members) {
      const kept = weights && (await store.keepFile(runs.path(run, weights.file)));
      own.set(id, { status, weights: kept, tokens, finalLoss, seconds });
    }
    const proxies = new Map<string, TrainedProxy>();
    for (const [key, proxy] of own) {
      const first = await ledger.record('proxy', key, proxy);
      proxies.set(key, (await isIntact(first)) ? first : proxy);
      if (proxy.seconds > 0) await speeds.record(trainer, input.proxy, proxy.tokens / proxy.seconds);
    }
    await runs.remove(run);
    return { proxies, secondsEach };
  }

  /**
   * Those that the ledger doesn't know, each once. A group that an earlier attempt began goes on with all that it began
   * with, also where some are in the ledger by now: its checkpoint, or its result, is one.
   */
  async function membersToTrain(
    run: string,
    wanted: readonly Wanted[],
    known: ReadonlyMap<string, TrainedProxy>,
  ): Promise<Wanted[]> {
    const distinct = [...new Map(wanted.map((proxy) => [proxy.key, proxy])).values()];
    const unknown = distinct.filter(({ key }) => !known.has(key));
    const begun = new Set((await runs.readSpec<{ members: { id: string }[] }>(run))?.members.map(({ id }) => id));
    if (unknown.every(({ key }) => begun.has(key))) return distinct.filter(({ key }) => begun.has(key));
    await runs.remove(run);
    return unknown;
  }
}

/** Everything that the weights of one proxy depend on: its content key in the ledger. */
function memberSpec(input: TrainProxiesInput, trainer: Trainer, member: Member, weights: readonly number[]) {
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
function groupSpec(
  input: TrainProxiesInput,
  trainer: Trainer,
  members: readonly { key: string; weights: readonly number[]; member: Member }[],
  store: Deps['store'],
) {
  const { model, batch, learningRate, tokens } = input.proxy;
  const { init, poolShare } = input;
  const { members: sideBySide, accelerate } = trainer;
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
    optim: { learningRate, batch, ...optimiser },
    budget: { tokensPerMember: tokens },
    checkpoint: { everySec: input.checkpointSeconds, keep: 2 },
    device: trainer.device,
    dtype: trainer.dtype,
    ...(sideBySide > 1 && { ensemble: sideBySide }),
    ...(accelerate !== undefined && { accelerate }),
  };
}
