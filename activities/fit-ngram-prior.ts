import type { Ref } from '../climb/artifact.ts';
import { contentKey } from '../climb/content-key.ts';
import { uint16Of, uint32Of } from '../climb/corpus/little-endian.ts';
import type { TokenShard, TokenShards } from '../climb/corpus/token-shards.ts';
import { neededNgrams } from '../climb/ngram/needed-ngrams.ts';
import { mostTokens, tabulate } from '../climb/ngram/ngram-prior.ts';
import { sampledBlocks } from '../climb/ngram/sampled-blocks.ts';
import type { Trainer } from '../adapters/trainer.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { scoredTask, type EncodedTasks } from './ngram/encoded-tasks.ts';
import { storePrior } from './ngram/stored-prior.ts';
import { nameFor } from './train/evaluate-spec.ts';
import { readTrainerFile } from './train/trainer-files.ts';
import { inTurn, runTrainer } from './train/trainer-run.ts';

export type FitNgramPriorInput = {
  readonly tokens: Ref;
  /** The searched tasks with their items, as `openSearch` stored them; all are scored in bits per byte. */
  readonly tasks: readonly { readonly name: string; readonly items: Ref }[];
  readonly trainer: string;
};

export type NgramSummary = {
  /** Tokens of right continuations that the prior holds, over all tasks. */
  readonly tokens: number;
  readonly clusters: number;
};

/** Another way to count gives other probabilities: part of what a prior is kept under. */
const method = 'trigrams-1';

/**
 * Counts an n-gram model of every cluster, of which only what the searched tasks ask for is kept.
 * @returns null for `ref` where the trainer can't say which tokens it scores: the search goes on without
 */
export function fitNgramPrior({ store, ledger, runs, trainers, derive, compute }: Deps) {
  return async (input: FitNgramPriorInput): Promise<{ ref: Ref | null; summary: NgramSummary }> => {
    const trainer = trainers(input.trainer);
    if (trainer.encodes !== true) return { ref: null, summary: { tokens: 0, clusters: 0 } };
    const items = input.tasks.map(({ items }) => items.sha256);
    const inputs = { tokens: input.tokens.sha256, items, trainer: trainer.identity, method };
    const run = contentKey({ stage: 'ngram', inputs });
    const make = async () => {
      const shards = await store.readJson<TokenShards>(input.tokens);
      const encoded = await encode(run, input, trainer, shards);
      const most = mostTokens(encoded.length, shards.clusters.length);
      const { needed, kept } = neededNgrams(
        encoded.map(({ bin, scored }) => scoredTask(bin, scored)),
        shards.vocabSize,
        most,
      );
      const columns = await beating((beat, signal) =>
        compute.map(shards.clusters, async (shard, at) => {
          const stream = await streamOf(shard, shards.dtype, signal);
          const input = { needed, stream };
          const column = await compute.run('trigramProbabilities', input, { signal, transfer: [stream.buffer] });
          beat({ cluster: at + 1, clusters: shards.clusters.length });
          return column;
        }),
      );
      const sizes = encoded.map(({ bytes, scored }, at) => {
        const tokens = kept[at] as number;
        return { bytes: (bytes * tokens) / scored, tokens };
      });
      const names = shards.clusters.map(({ cluster }) => cluster);
      const ref = await storePrior(store, tabulate(columns, sizes), names);
      await runs.remove(run);
      return { ref, summary: { tokens: needed.tokens.length, clusters: names.length } };
    };
    return inTurn(runs, [run], () => derive({ store, ledger }, 'ngram', inputs, make));
  };

  /** The tasks' tokens, each exactly as the trainer's evaluation scores them. */
  async function encode(run: string, { tasks }: FitNgramPriorInput, trainer: Trainer, { tokenizer }: TokenShards) {
    const spec = {
      schema: 1,
      tokenizer: { path: store.path(tokenizer), sha256: tokenizer.sha256 },
      tasks: tasks.map((task, at) => ({
        name: nameFor(task, at),
        path: store.path(task.items),
        sha256: task.items.sha256,
      })),
    };
    await runTrainer(trainer, 'encode', spec, runs.path(run));
    const made = await runs.readResult<EncodedTasks>(run);
    return Promise.all(
      made.tasks.map(async ({ scored, bytes, bin }) => {
        return { scored, bytes, bin: await readTrainerFile({ store, runs }, run, bin) };
      }),
    );
  }

  /** A cluster's tokens, or as many of them as its model is counted from. */
  async function streamOf({ bin, tokens }: TokenShard, dtype: TokenShards['dtype'], signal: AbortSignal) {
    await store.verify(bin);
    const width = dtype === 'uint16' ? 2 : 4;
    const parts: Buffer[] = [];
    for (const block of sampledBlocks(tokens)) {
      signal.throwIfAborted();
      parts.push(await store.readSlice(bin, width * block.from, width * block.tokens));
    }
    const bytes = Buffer.concat(parts);
    return dtype === 'uint16' ? uint16Of(bytes) : uint32Of(bytes);
  }
}
