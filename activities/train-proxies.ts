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

/**
 * Trains a group of proxies. Those that the ledger knows aren't trained again; the others go on from their last
 * checkpoint if an earlier attempt left one.
 */
export function trainProxies({ store, ledger, runs, speeds, trainers }: Deps) {
  return async (input: TrainProxiesInput): Promise<{ members: TrainedMember[] }> => {
    const trainer = trainers(input.trainer);
    const { mixtures } = await store.readJson<Mixtures>(input.mixtures);
    const weightsOf = new Map(mixtures.map(({ id, weights }) => [id, weights]));

    const wanted = input.members.map((member) => {
      const weights = weightsOf.get(member.mixture);
      if (weights === undefined) throw new Error(`no mixture ${member.mixture} in artifact ${input.mixtures.sha256}`);
      const spec = memberSpec(input, trainer, member, weights);
      return { member, weights, key: contentKey(spec) };
    });
    const keys = wanted.map(({ key }) => key);
    return inTurn(runs, contentKey(keys), async () => {
      const intact = async ({ weights }: TrainedProxy) => weights === null || (await store.has(weights));
      const known = await Promise.all(
        wanted.map(async ({ key }) => {
          const entry = await ledger.find<TrainedProxy>('proxy', key);
          return entry !== undefined && (await intact(entry)) ? entry : undefined;
        }),
      );
      const made = new Map<string, TrainedProxy>();
      let occupied = 0;
      const missing = wanted.filter((_, at) => known[at] === undefined);

      if (missing.length > 0) {
        const spec = groupSpec(input, trainer, missing, store);
        const run = contentKey(missing.map(({ key }) => key));
        const out = runs.path(run);
        occupied = (await runTrainer(trainer, 'train', spec, out)) / missing.length;
        const result = await runs.readResult<TrainerResult>(run);
        for (const member of result.members) {
          const weights = member.weights && (await store.keepFile(runs.path(run, member.weights.file)));
          const { status, tokens, finalLoss, seconds } = member;
          const own: TrainedProxy = { status, weights, tokens, finalLoss, seconds };
          const first = await ledger.record('proxy', member.id, own);
          made.set(member.id, (await intact(first)) ? first : own);
          if (seconds > 0) await speeds.record(trainer.identity, input.proxy, tokens / seconds);
        }
        await runs.remove(run);
      }

      const members = wanted.map(({ member, key }, at) => {
        const trained = known[at] ?? made.get(key);
        if (trained === undefined) throw new Error(`the trainer's result has no member ${key} (${member.id})`);
        const { status, weights, tokens } = trained;
        // An earlier attempt of ours may have got as far as the ledger: then this search paid for the proxy.
        const fromLedger = known[at] !== undefined && Context.current().info.attempt === 1;
        const seconds = fromLedger ? 0 : Math.max(trained.seconds, occupied);
        return { id: member.id, key, status, weights, tokens, seconds, fromLedger };
      });
      return { members };
    });
  };
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
  return {
    schema: 1,
    members: members.map(({ key, weights, member }) => ({ id: key, weights, seed: member.seed })),
    model,
    data: {
      manifest: store.path(input.tokens),
      sha256: input.tokens.sha256,
      artifacts: store.root,
      maxEpochs: input.maxEpochs,
      dataSeed: members[0]?.member.dataSeed,
    },
    optim: { learningRate, batch, ...optimiser },
    budget: { tokensPerMember: tokens },
    checkpoint: { everySec: input.checkpointSeconds, keep: 2 },
    device: trainer.device,
    dtype: trainer.dtype,
  };
}
