import type { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import type { AssignedLines, AssignedLinesInput } from '../climb/corpus/assigned-lines.ts';
import type { Clusters, DomainSet, EmbeddingModel } from '../climb/corpus/corpus-artifacts.ts';
import type { DocumentColumns } from '../climb/corpus/document-columns.ts';
import {
  assignmentPath,
  assignmentSummary,
  otherAssignment,
  type FileAssignment,
} from '../climb/corpus/file-assignment.ts';
import { float32Of } from '../climb/corpus/little-endian.ts';
import type { BlockFacts } from '../climb/corpus/parse-block.ts';
import { tallyBlocks } from '../climb/corpus/reading-tally.ts';
import type { Source } from '../climb/corpus/reading.ts';
import { count } from '../climb/markdown.ts';
import type { CorpusBlock } from '../adapters/corpus-blocks.ts';
import { fieldAtFault } from '../climb/corpus/field-uses.ts';
import type { HashedCorpusFile } from '../adapters/corpus-reader.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { patientWithEndpoint } from './endpoint-patience.ts';
import type { AssignmentPlan } from './open-assignment.ts';
import { shardEmbedder } from './embed/shard-embedder.ts';
import { badCorpus, refuseBad } from './ingest/ingest-refusals.ts';

export type AssignShardInput = {
  /** `AssignmentPlan` */
  readonly plan: Ref;
  /** Index of the file in the plan. */
  readonly file: number;
  /** The workflow id under which people find the assignment; it stays an artifact alone where there is none. */
  readonly publish?: string;
};

export type AssignSummary = {
  readonly path: string;
  readonly assignment: Ref;
  readonly documents: number;
  readonly unassigned: number;
  readonly bad: number;
};

type Watch = { readonly beat: (details: unknown) => void; readonly signal: AbortSignal };

/** Artifact: the documents of a block. */
type AssignedBlock = Omit<AssignedLines, 'lines'> & { readonly lines: Ref; readonly facts: BlockFacts };

/**
 * The documents of one later file, each with its cluster in a frozen domain set. The same bytes whoever does it, since
 * they follow from those of the file, of the domain set and of its embedding alone: each file stands by itself, no
 * duplicates are dropped and no items of tasks looked for. A retry goes on at a block.
 * @returns ref of a `FileAssignment`
 * @throws ApplicationFailure BadCorpus, not retryable, for a file that can't be read, holds no document, a bad one
 * where the corpus of the domain set was strict, or would replace the assignment of another file; what the embedding
 * endpoint has to say, see `patientWithEndpoint`
 */
export function assignShard(
  deps: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute' | 'corpus' | 'searches' | 'embedders'>,
) {
  const { store, ledger, derive, compute, corpus, searches } = deps;

  return ({ plan, file: at, publish }: AssignShardInput): Promise<Made<AssignSummary>> =>
    patientWithEndpoint(() =>
      beating(async (beat, signal) => {
        const { domainSet, sources, files, strict = false } = await store.readJson<AssignmentPlan>(plan);
        const found = files[at]!;
        beat({ hashing: found.path });
        const file = await corpus.hash(found, signal);
        const source = sources[file.source]!;
        const read = { sha256: file.sha256, format: file.format, ...readBy(source), domainSet };
        const inputs = { version: 1, ...read, ...(strict && { strict }) };
        const { ref } = await derive({ store, ledger }, 'assign', inputs, () =>
          assign({ file, source, strict }, domainSet, { beat, signal }),
        );
        const made = await store.readJson<FileAssignment>(ref);
        if (publish !== undefined) {
          const names = assignmentPath(file.path);
          const summary = `assigned/${names.summary}`;
          const existing = await searches.read(publish, summary);
          const refusal = otherAssignment(searches.path(publish, summary), existing, made);
          if (refusal !== undefined) throw badCorpus(`${refusal}; try a workflow id of its own for ${file.path}`);
          await store.copyTo(made.assignment, searches.path(publish, `assigned/${names.lines}`));
          await searches.write(publish, summary, assignmentSummary(file.path, made));
        }
        const { assignment, documents, unassigned, badCount: bad } = made;
        return { ref, summary: { path: file.path, assignment, documents, unassigned, bad } };
      }),
    );

  async function assign(
    { file, source, strict }: { file: HashedCorpusFile; source: Source; strict: boolean },
    ref: Ref,
    { beat, signal }: Watch,
  ): Promise<Made<unknown>> {
    const domainSet = await store.readJson<DomainSet>(ref);
    const names = domainSet.clusters.map(({ cluster }) => cluster);
    const { dimensions, find } = await finder(domainSet, signal);
    let done = 0;
    const assigned = async ({ bytes, firstLine, bad }: CorpusBlock) => {
      signal.throwIfAborted();
      const unreadable = bad.map(({ line, reason }) => ({ line: line - firstLine, reason }));
      const { sha256 } = store.refOf(bytes);
      const inputs = { version: 1, sha256, firstLine, unreadable, ...readBy(source), domainSet: ref };
      const made = await derive({ store, ledger }, 'assign-block', inputs, async () => {
        const part = { bytes, unreadable };
        const { facts, training } = await compute.run(
          'parseBlock',
          { parts: [part], rules: source.rules, source: source.name, grams: null, dimensions, byLine: true },
          { signal, transfer: [bytes.buffer as ArrayBuffer] },
        );
        const lines = training.rows.map((line) => firstLine + line);
        const { shard } = training;
        const initial = await find(training);
        const input = { shard, lines, initial, map: domainSet.map, names };
        const found = await compute.run('assignedLines', input, { signal });
        const block: AssignedBlock = { ...found, lines: await store.put(found.lines), facts };
        return { ref: await store.putJson(block), summary: {} };
      });
      const block = await store.readJson<AssignedBlock>(made.ref);
      done += block.facts.parts.reduce((sum, { records }) => sum + records, 0);
      beat({ assigning: file.path, records: done });
      return { ...block, places: [{ file: 0, firstLine }] };
    };
    const blocks = await compute.map(corpus.blocks(file, source), assigned);
    const tally = tallyBlocks(blocks, 1);
    if (strict) refuseBad(tally, [file]);
    if (tally.records > 0 && tally.documents === 0) throw noDocument(file, source, tally);
    const total = (of: (block: AssignedBlock) => number) => blocks.reduce((sum, block) => sum + of(block), 0);
    const clusters = domainSet.clusters.map(({ cluster, label }, index) => ({
      cluster,
      label,
      documents: total(({ documents }) => documents[index]!),
      bytes: total(({ bytes }) => bytes[index]!),
    }));
    const unassigned = total((block) => block.unassigned);
    const made: FileAssignment = {
      schema: 1,
      kind: 'file-assignment',
      domainSet: ref.sha256,
      sha256: file.sha256,
      size: file.bytes,
      assignment: blocks.length === 0 ? await store.put('') : await store.concatenate(blocks.map(({ lines }) => lines)),
      records: tally.records,
      documents: clusters.reduce((sum, { documents }) => sum + documents, unassigned),
      unassigned,
      clusters,
      bad: tally.bad.map(({ line, reason }) => ({ line, reason })),
      badCount: tally.badCount,
    };
    return { ref: await store.putJson(made), summary: {} };
  }

  /** How a document of this domain set finds its K_init cluster. */
  async function finder(
    { origin }: DomainSet,
    signal: AbortSignal,
  ): Promise<{ dimensions: number | null; find: (block: DocumentColumns) => Promise<AssignedLinesInput['initial']> }> {
    if (origin.kind === 'field') {
      return { dimensions: null, find: () => Promise.resolve({ values: origin.values }) };
    }
    const { dimensions, model, centroids: stored } = await store.readJson<Clusters>(origin.clusters);
    const centroids = float32Of(await store.read(stored));
    const nearest = async (vectors: Float32Array) => ({
      clusters: (await compute.run('assignVectors', { vectors, centroids, dimensions }, { signal })).clusters,
    });
    if ((await store.readJson<EmbeddingModel>(model)).kind === 'precomputed-model') {
      return { dimensions, find: ({ vectors }) => nearest(vectors) };
    }
    const embed = await shardEmbedder(deps, model, signal);
    return {
      dimensions: null,
      find: async ({ shard, documents, bytes }) =>
        nearest(await embed({ ref: await store.put(shard), documents, bytes }, signal)),
    };
  }
}

/** What a file's records depend on, besides its bytes. */
const readBy = ({ name, rules }: Source) => ({ rules, source: rules.domainField === 'source' ? name : null });

function noDocument(
  { path }: HashedCorpusFile,
  source: Source,
  { records, bad: [first] }: { records: number; bad: readonly { line: number; reason: string }[] },
): ApplicationFailure {
  const { expected, where } = fieldAtFault(source, first?.reason);
  const option = where.endsWith('.textField')
    ? 'textField'
    : where.endsWith('.idField')
      ? 'idField'
      : 'records with it';
  return badCorpus(
    `${path} holds no document: expected ${expected} of its records, found ${count(records, 'bad record')} and no other, the first (line ${first?.line}): ${first?.reason}; nothing could be assigned; try ${option}, or the name of the source that it belongs to`,
  );
}
