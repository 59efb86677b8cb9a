import { contentKey } from '../climb/content-key.ts';
import type { Ref } from '../climb/artifact.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import type { Trainer } from '../adapters/trainer.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { groupRun, membersToRun } from './train/group-run.ts';
import { memberSpec, trainSpec, type KeyedMember, type Member, type TrainProxiesInput } from './train/train-spec.ts';
import { lastRead } from './train/last-read.ts';
import { keepTrainerFile, type TrainerFile } from './train/trainer-files.ts';
import { activityNow, inTurn, isOurs, runCuttable } from './train/trainer-run.ts';

export type { Member, TrainProxiesInput };

/** A trained proxy as the ledger keeps it. */
export type TrainedProxy = {
  readonly status: 'trained' | 'diverged';
  /** safetensors, null for a diverged proxy. */
  readonly weights: Ref | null;
  readonly tokens: number;
  readonly finalLoss: number | null;
  /** Seconds of training over all attempts. */
  readonly seconds: number;
  /** The activity that trained it; absent in entries of earlier versions. */
  readonly by?: string;
};

/** `seconds` is what this call cost on a core or device: nothing for a proxy from the ledger. */
export type TrainedMember = { readonly id: string; readonly key: string; readonly fromLedger: boolean } & Omit<
  TrainedProxy,
  'finalLoss' | 'by'
>;

type TrainerResult = {
  members: {
    id: string;
    status: 'trained' | 'diverged';
    weights: TrainerFile | null;
    tokens: number;
    finalLoss: number | null;
    seconds: number;
  }[];
};

/**
 * Trains a group of proxies. Those that the ledger knows aren't trained again; the others go on from their last
 * checkpoint if an earlier attempt left one.
 */
export function trainProxies({ store, ledger, runs, speeds, trainers, leaveDevice, faults }: Deps) {
  const weightsIn = lastRead(async (ref) => {
    const { mixtures } = await store.readJson<Mixtures>(ref);
    return new Map(mixtures.map(({ id, weights }) => [id, weights]));
  });

  return async (input: TrainProxiesInput): Promise<{ members: TrainedMember[] }> => {
    const trainer = trainers(input.trainer);
    const wanted = await wantedProxies(input, trainer);
    const keys = wanted.map(({ key }) => key);
    return inTurn(runs, keys, async () => {
      const known = await beating(() => knownProxies(keys));
      const made = keys.every((key) => known.has(key)) ? null : await train(input, trainer, wanted, known);
      const paid = new Set<string>();
      const members = wanted.map(({ member, key }) => {
        const trained = known.get(key) ?? made?.proxies.get(key);
        if (trained === undefined) throw new Error(`the trainer's result has no member ${key} (${member.id})`);
        const { status, weights, tokens } = trained;
        // An earlier attempt of ours may have got as far as the ledger: then this search paid for the proxy, once.
        const fromLedger = paid.has(key) || (known.has(key) && !isOurs(trained));
        paid.add(key);
        const seconds = fromLedger ? 0 : Math.max(trained.seconds - (input.spent ?? 0), made?.secondsEach ?? 0);
        return { id: member.id, key, status, weights, tokens, seconds, fromLedger };
      });
      return { members };
    });
  };

  async function wantedProxies(input: TrainProxiesInput, trainer: Trainer): Promise<KeyedMember[]> {
    const weightsOf = await weightsIn(input.mixtures);
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

  /** Weights that changed would be refused when they are scored, at every attempt. */
  async function isIntact({ weights }: TrainedProxy): Promise<boolean> {
    return weights === null || store.isWhole(weights);
  }

  /** Trains what isn't known and keeps it; `secondsEach` is each one's share of the time that a device was busy. */
  async function train(
    input: TrainProxiesInput,
    trainer: Trainer,
    wanted: readonly KeyedMember[],
    known: ReadonlyMap<string, TrainedProxy>,
  ) {
    const run = groupRun(trainer, wanted);
    const members = await membersToRun(runs, run, wanted, known);
    await faults.point('train.spawn');
    const occupied = await runCuttable(runs, trainer, {
      command: 'train',
      run,
      specFor: (cut) => trainSpec(input, trainer, members, store, cut),
      whole: { microBatch: input.proxy.batch, ensemble: Math.min(trainer.members, members.length) },
    });
    leaveDevice();
    const result = await runs.readResult<TrainerResult>(run);
    const own = new Map<string, TrainedProxy>();
    for (const { id, status, weights, tokens, finalLoss, seconds } of result.members) {
      const kept = weights && (await keepTrainerFile({ store, runs }, run, weights));
      own.set(id, { status, weights: kept, tokens, finalLoss, seconds, by: activityNow() });
    }
    const proxies = new Map<string, TrainedProxy>();
    for (const [key, proxy] of own) {
      const first = await ledger.record('proxy', key, proxy);
      proxies.set(key, (await isIntact(first)) ? first : await ledger.replace('proxy', key, first, proxy));
      if (proxy.seconds > 0) await speeds.record(trainer, input.proxy, members.length, proxy.tokens / proxy.seconds);
    }
    await runs.remove(run);
    return { proxies, secondsEach: occupied / members.length };
  }
}
