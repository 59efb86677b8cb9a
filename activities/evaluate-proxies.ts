import { Context } from '@temporalio/activity';
import { contentKey } from '../climb/content-key.ts';
import type { Ref } from '../climb/artifact.ts';
import type { TaskScore } from '../climb/verification/objective.ts';
import type { ItemisedScore, ProxyScore } from '../climb/verification/proxy-score.ts';
import type { ProxyShape } from '../climb/spec/proxy-shape.ts';
import type { Trainer } from '../adapters/trainer.ts';
import type { Deps } from './deps.ts';
import { inTurn, runCuttable } from './trainer-run.ts';

export type EvaluateProxiesInput = {
  readonly members: readonly { readonly id: string; readonly weights: Ref }[];
  /** Items of each task, as `openSearch` stored them. */
  readonly tasks: readonly { readonly name: string; readonly items: Ref }[];
  readonly tokens: Ref;
  readonly proxy: ProxyShape;
  /** `gold` scores the right continuation alone: enough for bits per byte, and a third of the work. */
  readonly choices: 'gold' | 'all';
  readonly trainer: string;
};

export type EvaluatedMember = {
  readonly id: string;
  readonly score: Ref;
  readonly tasks: readonly TaskScore[];
  /** What this call cost on a core or device: nothing for a score from the ledger. */
  readonly seconds: number;
};

type ScoreEntry = { readonly score: Ref; readonly tasks: readonly TaskScore[]; readonly seconds: number };

/** Scores proxies from their saved weights, all that the ledger doesn't know in one pass. */
export function evaluateProxies({ store, ledger, runs, trainers }: Deps) {
  return async (input: EvaluateProxiesInput): Promise<{ members: EvaluatedMember[] }> => {
    const trainer = trainers(input.trainer);
    const { tokenizer } = await store.readJson<{ tokenizer: Ref }>(input.tokens);
    const wanted = input.members.map((member) => ({
      ...member,
      key: scoreKey(input, trainer, tokenizer, member.weights),
    }));
    const keys = wanted.map(({ key }) => key);
    return inTurn(runs, keys, async () => {
      const known = await Promise.all(
        wanted.map(async ({ key }) => {
          const entry = await ledger.find<ScoreEntry>('score', key);
          return entry !== undefined && (await store.has(entry.score)) ? entry : undefined;
        }),
      );
      const made = new Map<string, ScoreEntry>();
      let occupied = 0;
      const unknown = wanted.filter((_, at) => known[at] === undefined);
      const missing = [...new Map(unknown.map((member) => [member.key, member])).values()];

      if (missing.length > 0) {
        const run = contentKey(missing.map(({ key }) => key));
        const seconds = await runCuttable(runs, trainer, {
          command: 'evaluate',
          run,
          specFor: ({ ensemble }) => groupSpec(input, trainer, tokenizer, missing, store, ensemble),
          whole: { ensemble: Math.min(trainer.members, missing.length) },
        });
        occupied = seconds / missing.length;
        const result = await runs.readResult<{ members: { id: string; tasks: ItemisedScore[] }[] }>(run);
        for (const { id, tasks } of result.members) {
          const member = missing.find(({ key }) => key === id);
          if (member === undefined) throw new Error(`the trainer's result has a member ${id} that wasn't asked for`);
          const named = input.tasks.map((task, at) => ({ ...taskAt(tasks, task, at), name: task.name }));
          const score = await store.putJson({
            schema: 1,
            kind: 'score',
            weights: member.weights,
            tasks: named,
          } satisfies ProxyScore);
          const own: ScoreEntry = { score, tasks: named.map(summaryOf), seconds: occupied };
          const first = await ledger.record('score', id, own);
          made.set(id, (await store.has(first.score)) ? first : own);
        }
        await runs.remove(run);
      }

      const paid = new Set<string>();
      const members = wanted.map(({ id, key }, at) => {
        const entry = known[at] ?? made.get(key);
        if (entry === undefined) throw new Error(`the trainer's result has no member ${key} (${id})`);
        // As with training: what an earlier attempt of ours left in the ledger isn't free.
        const free = paid.has(key) || (known[at] !== undefined && Context.current().info.attempt === 1);
        paid.add(key);
        return { id, ...entry, seconds: free ? 0 : entry.seconds };
      });
      return { members };
    });
  };
}

function scoreKey(input: EvaluateProxiesInput, trainer: Trainer, tokenizer: Ref, weights: Ref): string {
  return contentKey({
    schema: 1,
    trainer: trainer.identity,
    dtype: trainer.dtype,
    weights: weights.sha256,
    model: input.proxy.model,
    tokenizer: tokenizer.sha256,
    tasks: input.tasks.map(({ name, items }) => [name, items.sha256]),
    choices: input.choices,
  });
}

function groupSpec(
  input: EvaluateProxiesInput,
  trainer: Trainer,
  tokenizer: Ref,
  members: readonly { key: string; weights: Ref }[],
  store: Deps['store'],
  ensemble = trainer.members,
) {
  return {
    schema: 1,
    members: members.map(({ key, weights }) => ({ id: key, weights: store.path(weights), sha256: weights.sha256 })),
    model: input.proxy.model,
    tokenizer: { path: store.path(tokenizer), sha256: tokenizer.sha256 },
    tasks: input.tasks.map((task, at) => ({
      name: nameFor(task, at),
      path: store.path(task.items),
      sha256: task.items.sha256,
    })),
    choices: input.choices,
    device: trainer.device,
    dtype: trainer.dtype,
    ...(trainer.members > 1 && { ensemble }),
  };
}

/** A trainer's names are plain: letters, digits, `_` and `-`. A person may call a task anything. */
function nameFor({ name }: { readonly name: string }, at: number): string {
  return `${at + 1}-${name.replace(/[^A-Za-z0-9_]+/g, '-').slice(0, 100)}`;
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
