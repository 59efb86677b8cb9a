import { contentKey } from '../../climb/content-key.ts';
import type { Ref } from '../../climb/artifact.ts';
import type { ProxyShape } from '../../climb/spec/proxy-shape.ts';
import type { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { Trainer } from '../../adapters/trainer.ts';

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

/** A member with the content key of its score in the ledger. */
export type KeyedWeights = { readonly id: string; readonly weights: Ref; readonly key: string };

/** Names the score of one proxy by everything that it depends on. */
export function scoreKey(input: EvaluateProxiesInput, trainer: Trainer, tokenizer: Ref, weights: Ref): string {
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

/** The spec file of trainer/README.md for the members that the ledger doesn't have, named by their content keys. */
export function evaluateSpec(
  input: EvaluateProxiesInput,
  trainer: Trainer,
  tokenizer: Ref,
  members: readonly KeyedWeights[],
  store: ArtifactStore,
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
export function nameFor({ name }: { readonly name: string }, at: number): string {
  return `${at + 1}-${name.replace(/[^A-Za-z0-9_]+/g, '-').slice(0, 100)}`;
}
