import type { Made, Ref } from '../climb/artifact.ts';
import { contentKey } from '../climb/content-key.ts';
import type { DomainSet, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import type { FrozenDomainSet } from '../climb/spec/assign-input.ts';
import type { Deps } from './deps.ts';
import { beating } from './beating.ts';
import { refusingBadCorpus } from './refusal.ts';
import { runIdNow } from './run-id.ts';
import { keepTrainerFile, type TrainerFile } from './train/trainer-files.ts';
import { inTurn, runTrainer } from './train/trainer-run.ts';

export type TokeniseClustersInput = {
  readonly manifest: Ref;
  readonly domainSet: Ref;
  /** Size of the byte-level BPE vocabulary. */
  readonly vocab: number;
  /** One that is there already, instead of one trained on the corpus. */
  readonly tokenizer?: Ref;
  readonly seed: number;
  readonly trainer: string;
  /** Under which people find the domain set, to apply it to later files. */
  readonly freeze?: { readonly search: string; readonly reading: FrozenDomainSet['reading'] };
};

export type TokensSummary = { readonly tokens: number; readonly clusterTokens: readonly number[] };

/** Those of versions before 0.2.0 know no other origin than clusters that were found. */
type AnyDomainSet = Pick<DomainSet, 'clusters' | 'assignment'> & Partial<Pick<DomainSet, 'origin'>>;
type TrainerManifest = {
  tokenizer: TrainerFile;
  vocabSize: number;
  bos: number;
  dtype: 'uint16' | 'uint32';
  tokens: number;
  clusters: { cluster: string; tokens: number; documents: number; bytes: number; bin: TrainerFile; idx: TrainerFile }[];
};

/** The tokenizer sees about this much text, spread over the corpus. */
const sampleBytes = 20_000_000;

/**
 * Trains the tokenizer on a sample of the corpus, where none is given, and writes every cluster as token shards.
 * @throws ApplicationFailure BadCorpus, not retryable, where a file of the corpus isn't what ingest read: nobody could
 * make these tokens again
 */
export function tokeniseClusters({ store, ledger, runs, searches, trainers, derive, corpus }: Deps) {
  return async ({ freeze, ...input }: TokeniseClustersInput): Promise<Made<TokensSummary>> => {
    if (freeze !== undefined) {
      const { search, reading } = freeze;
      const frozen: FrozenDomainSet = { schema: 1, kind: 'frozen-domain-set', domainSet: input.domainSet, reading };
      const text = `${JSON.stringify(frozen, null, 2)}\n`;
      const before = (await searches.read(search, 'domain-set.json')) ?? text;
      // Of a run before, under the same id.
      if (before !== text) await searches.setAside(search, runIdNow(), ['domain-set.json']);
      await searches.write(search, 'domain-set.json', text);
    }
    const trainer = trainers(input.trainer);
    const { tokenizer } = input;
    const inputs = { ...input, trainer: trainer.identity, sampleBytes };
    const run = contentKey(inputs);
    const make = async () => {
      const { shards, files } = await store.readJson<Pick<Manifest, 'shards' | 'files'>>(input.manifest);
      await refusingBadCorpus(() => beating((_, signal) => corpus.verify(files, signal)));
      const { clusters, assignment, origin } = await store.readJson<AnyDomainSet>(input.domainSet);
      const spec = {
        schema: 1,
        vocabSize: input.vocab,
        tokenizer: tokenizer === undefined ? null : { path: store.path(tokenizer), sha256: tokenizer.sha256 },
        seed: input.seed,
        sampleBytes,
        shards: shards.map(({ ref, documents }) => ({ path: store.path(ref), sha256: ref.sha256, documents })),
        assignment: { path: store.path(assignment), sha256: assignment.sha256 },
        clusters: clusters.map(({ cluster }) => cluster),
      };
      await runTrainer(trainer, 'tokenise', spec, runs.path(run));
      const made = await runs.readResult<TrainerManifest>(run, 'manifest.json');
      const labels = origin?.kind === 'field' ? clusters.map(({ label }) => label) : [];
      const { ref, clusterTokens } = await beating(() => keepShards(run, made, labels));
      await runs.remove(run);
      return { ref, summary: { tokens: made.tokens, clusterTokens } };
    };
    return inTurn(runs, [run], () => derive({ store, ledger }, 'tokenise', inputs, make));
  };

  /**
   * The trainer's files as artifacts.
   * @param labels names of known domains, none for clusters that were found
   */
  async function keepShards(run: string, made: TrainerManifest, labels: readonly string[]) {
    const keep = (file: TrainerFile) => keepTrainerFile({ store, runs }, run, file);
    const clusters: TokenShards['clusters'][number][] = [];
    for (const [at, { cluster, tokens, documents, bytes, bin, idx }] of made.clusters.entries()) {
      const label = labels[at];
      const named = { cluster, ...(label !== undefined && { label }) };
      clusters.push({ ...named, tokens, documents, bytes, bin: await keep(bin), idx: await keep(idx) });
    }
    const { vocabSize, bos, dtype, tokens } = made;
    const tokenizer = await keep(made.tokenizer);
    const shards: TokenShards = { schema: 1, kind: 'tokens', tokenizer, vocabSize, bos, dtype, clusters, tokens };
    return { ref: await store.putJson(shards), clusterTokens: clusters.map((shard) => shard.tokens) };
  }
}
