import type { Made, Ref } from '../climb/artifact.ts';
import { contentKey } from '../climb/content-key.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import type { Deps } from './deps.ts';
import { inTurn, runTrainer } from './trainer-run.ts';

export type TokeniseClustersInput = {
  readonly manifest: Ref;
  readonly domainSet: Ref;
  /** Size of the byte-level BPE vocabulary. */
  readonly vocab: number;
  readonly seed: number;
  readonly trainer: string;
};

export type TokensSummary = { readonly tokens: number; readonly clusterTokens: readonly number[] };

type Manifest = { shards: { ref: Ref; documents: number }[] };
type DomainSet = { clusters: { cluster: string }[]; assignment: Ref };
type File = { file: string };
type TrainerManifest = {
  tokenizer: File;
  vocabSize: number;
  bos: number;
  dtype: 'uint16' | 'uint32';
  tokens: number;
  clusters: { cluster: string; tokens: number; documents: number; bytes: number; bin: File; idx: File }[];
};

/** The tokenizer sees about this much text, spread over the corpus. */
const sampleBytes = 20_000_000;

/** Trains the tokenizer on a sample of the corpus and writes every cluster as token shards. */
export function tokeniseClusters({ store, ledger, runs, trainers, derive }: Deps) {
  return (input: TokeniseClustersInput): Promise<Made<TokensSummary>> => {
    const trainer = trainers(input.trainer);
    const inputs = { ...input, trainer: trainer.identity, sampleBytes };
    const run = contentKey(inputs);
    const make = async () => {
      const { shards } = await store.readJson<Manifest>(input.manifest);
      const { clusters, assignment } = await store.readJson<DomainSet>(input.domainSet);
      const spec = {
        schema: 1,
        vocabSize: input.vocab,
        tokenizer: null,
        seed: input.seed,
        sampleBytes,
        shards: shards.map(({ ref, documents }) => ({ path: store.path(ref), sha256: ref.sha256, documents })),
        assignment: { path: store.path(assignment), sha256: assignment.sha256 },
        clusters: clusters.map(({ cluster }) => cluster),
      };
      await runTrainer(trainer, 'tokenise', spec, runs.path(run));
      const made = await runs.readResult<TrainerManifest>(run, 'manifest.json');
      const keep = ({ file }: File) => store.keepFile(runs.path(run, file));
      const shardsMade: TokenShards['clusters'][number][] = [];
      for (const { cluster, tokens, documents, bytes, bin, idx } of made.clusters) {
        shardsMade.push({ cluster, tokens, documents, bytes, bin: await keep(bin), idx: await keep(idx) });
      }
      const { vocabSize, bos, dtype, tokens } = made;
      const ref = await store.putJson({
        schema: 1,
        kind: 'tokens',
        tokenizer: await keep(made.tokenizer),
        vocabSize,
        bos,
        dtype,
        clusters: shardsMade,
        tokens,
      } satisfies TokenShards);
      await runs.remove(run);
      return { ref, summary: { tokens, clusterTokens: shardsMade.map(({ tokens }) => tokens) } };
    };
    return inTurn(runs, run, () => derive({ store, ledger }, 'tokenise', inputs, make));
  };
}
