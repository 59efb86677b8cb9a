import type { Ref } from '../climb/artifact.ts';
import type { TaskScore } from '../climb/verification/objective.ts';
import type { ItemisedScore, ProxyScore } from '../climb/verification/proxy-score.ts';
import type { Trainer } from '../adapters/trainer.ts';
import type { Deps } from './deps.ts';
import {
  evaluateSpec,
  nameFor,
  scoreKey,
  type EvaluateProxiesInput,
  type KeyedWeights,
} from './train/evaluate-spec.ts';
import { groupRun, membersToRun } from './train/group-run.ts';
import { lastRead } from './train/last-read.ts';
import { activityNow, inTurn, isOurs, runCuttable } from './train/trainer-run.ts';

export type { EvaluateProxiesInput };

export type EvaluatedMember = {
  readonly id: string;
  readonly score: Ref;
  readonly tasks: readonly TaskScore[];
  /** What this call cost on a core or device: nothing for a score from the ledger. */
  readonly seconds: number;
};

/** A score as the ledger keeps it; `by`: the activity that made it, absent in entries of earlier versions. */
type ScoreEntry = Omit<EvaluatedMember, 'id'> & { readonly by?: string };

/** Scores proxies from their saved weights, all that the ledger doesn't know in one pass. */
export function evaluateProxies({ store, ledger, runs, trainers, leaveDevice }: Deps) {
  const tokensIn = lastRead((ref) => store.readJson<{ tokenizer: Ref }>(ref));

  return async (input: EvaluateProxiesInput): Promise<{ members: EvaluatedMember[] }> => {
    const trainer = trainers(input.trainer);
    const { tokenizer } = await tokensIn(input.tokens);
    const wanted = input.members.map(({ id, weights }): KeyedWeights => {
      return { id, weights, key: scoreKey(input, trainer, tokenizer, weights) };
    });
    const keys = wanted.map(({ key }) => key);
    return inTurn(runs, keys, async () => {
      const known = await knownScores(keys);
      const made = keys.every((key) => known.has(key))
        ? null
        : await evaluate(input, trainer, tokenizer, wanted, known);
      const paid = new Set<string>();
      const members = wanted.map(({ id, key }) => {
        const entry = known.get(key) ?? made?.get(key);
        if (entry === undefined) throw new Error(`the trainer's result has no member ${key} (${id})`);
        // As with training: what an earlier attempt of ours left in the ledger isn't free.
        const free = paid.has(key) || (known.has(key) && !isOurs(entry));
        paid.add(key);
        const { score, tasks, seconds } = entry;
        return { id, score, tasks, seconds: free ? 0 : seconds };
      });
      return { members };
    });
  };

  async function knownScores(keys: readonly string[]): Promise<Map<string, ScoreEntry>> {
    const known = new Map<string, ScoreEntry>();
    for (const key of keys) {
      const entry = await ledger.find<ScoreEntry>('score', key);
      if (entry !== undefined && (await store.has(entry.score))) known.set(key, entry);
    }
    return known;
  }

  /** Scores what isn't known, in one pass, and keeps it. */
  async function evaluate(
    input: EvaluateProxiesInput,
    trainer: Trainer,
    tokenizer: Ref,
    wanted: readonly KeyedWeights[],
    known: ReadonlyMap<string, ScoreEntry>,
  ): Promise<Map<string, ScoreEntry>> {
    const run = groupRun(trainer, wanted);
    const members = await membersToRun(runs, run, wanted, known);
    const occupied = await runCuttable(runs, trainer, {
      command: 'evaluate',
      run,
      specFor: ({ ensemble }) => evaluateSpec(input, trainer, tokenizer, members, store, ensemble),
      whole: { ensemble: Math.min(trainer.members, members.length) },
    });
    leaveDevice();
    const result = await runs.readResult<{ members: { id: string; tasks: ItemisedScore[] }[] }>(run);
    const made = new Map<string, ScoreEntry>();
    for (const { id, tasks: scores } of result.members) {
      const member = members.find(({ key }) => key === id);
      if (member === undefined) throw new Error(`the trainer's result has a member ${id} that wasn't asked for`);
      const { weights } = member;
      const tasks = input.tasks.map((task, at) => ({ ...taskAt(scores, task, at), name: task.name }));
      const score = await store.putJson({ schema: 1, kind: 'score', weights, tasks } satisfies ProxyScore);
      const own: ScoreEntry = {
        score,
        tasks: tasks.map(summaryOf),
        seconds: occupied / members.length,
        by: activityNow(),
      };
      const first = await ledger.record('score', id, own);
      made.set(id, (await store.has(first.score)) ? first : await ledger.replace('score', id, first, own));
    }
    await runs.remove(run);
    return made;
  }
}

function taskAt(tasks: readonly ItemisedScore[], task: { readonly name: string }, at: number): ItemisedScore {
  const score = tasks.find(({ name }) => name === nameFor(task, at));
  if (score === undefined) throw new Error(`the trainer's result has no task ${nameFor(task, at)}`);
  return score;
}

function summaryOf({ name, n, bitsPerByte, accuracy, accuracyNorm }: ItemisedScore): TaskScore {
  return {
    name,
    n,
    bitsPerByte,
    ...(accuracy !== undefined && { accuracy }),
    ...(accuracyNorm !== undefined && { accuracyNorm }),
  };
}
