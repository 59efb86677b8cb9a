import type { Made, Ref } from '../climb/artifact.ts';
import type { CorpusShard, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import { tallyBlocks, type ReadingTally } from '../climb/corpus/reading-tally.ts';
import { readingFrom } from '../climb/corpus/earlier-inputs.ts';
import { sourcesOf, type Source } from '../climb/corpus/reading.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import type { HashedCorpusFile } from '../adapters/corpus-reader.ts';
import { beating } from './beating.ts';
import { corpusPortions, portionBytes, type Portion } from './ingest/corpus-portions.ts';
import type { Deps } from './deps.ts';
import { findDuplicates } from './ingest/find-duplicates.ts';
import { badCorpus, refuseBad, refuseEmpty, refuseUseless } from './ingest/ingest-refusals.ts';
import { keepRest } from './ingest/keep-rest.ts';
import { parsePortions, type ParsedPortion } from './ingest/parse-corpus.ts';

export type IngestInput = {
  readonly corpus: Pick<SearchSpec, 'corpus' | 'clusters' | 'embedding'>;
  /** What no document may contain: for each task an artifact of its items, one a line. */
  readonly tasks: readonly { readonly name: string; readonly items: Ref }[];
};

export type IngestSummary = {
  readonly documents: number;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  readonly split: number;
  readonly duplicates: number;
  readonly nearDuplicates: number;
  readonly contaminated: number;
  readonly heldOut: number;
  readonly bad: number;
};

type Task = IngestInput['tasks'][number];
type Watch = { readonly beat: (details: unknown) => void; readonly signal: AbortSignal };
type Reading = {
  files: readonly HashedCorpusFile[];
  sources: readonly Source[];
  strict: boolean;
  tasks: readonly Task[];
};

/**
 * Reads a corpus once and for all into the shards that every later stage reads: portions of it become documents in
 * threads, each by itself, so that a retry goes on at a portion; then those are dropped that say what others say.
 * @param most bytes of a portion
 * @throws ApplicationFailure BadCorpus, not retryable
 */
export function ingestCorpus(
  deps: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute' | 'faults'> & {
    readonly corpus: Pick<Deps['corpus'], 'files' | 'hash' | 'blocks'>;
  },
  most: number = portionBytes,
) {
  const { store, ledger, derive, corpus: reader } = deps;

  return ({ corpus: given, tasks = [] }: IngestInput): Promise<Made<IngestSummary>> =>
    beating(async (beat, signal) => {
      const reading = readingFrom(given);
      const sources = sourcesOf(reading);
      const files: HashedCorpusFile[] = [];
      for (const file of await reader.files(sources)) {
        beat({ hashing: file.path });
        signal.throwIfAborted();
        files.push(await reader.hash(file, signal));
      }
      const { strict } = reading.corpus;
      const inputs = {
        version: 2,
        sources: sources.map(({ name, rules }) => ({ name, rules })),
        files: files.map(({ source, path, format, sha256 }) => ({ source, path, format, sha256 })),
        strict,
        tasks: tasks.map(({ name, items }) => ({ name, items: items.sha256 })),
        most,
      };
      return derive({ store, ledger }, 'ingest', inputs, () =>
        ingest({ files, sources, strict, tasks }, { beat, signal }),
      );
    }).catch((error: Error) => {
      if (error.name === 'BadCorpus') throw badCorpus(error.message);
      throw error;
    });

  async function ingest(reading: Reading, watch: Watch): Promise<Made<IngestSummary>> {
    const { files, sources, strict, tasks } = reading;
    const portions = await parse(reading, watch);
    const tally = tallyBlocks(portions, files.length);
    if (strict) refuseBad(tally, files);
    refuseUseless(tally, files, sources);

    const all = [...columnsOf(portions, 'training'), ...columnsOf(portions, 'heldOut')];
    const { drops, same, near } = await findDuplicates(
      store,
      all.map(({ documents }) => documents),
      watch,
    );
    let first = 0;
    const placed = all.map((columns) => {
      const from = first;
      first += columns.documents.shard.documents;
      return { ...columns, dropped: drops.subarray(from, first) };
    });
    const rest = await deps.compute.map(placed, async ({ set, documents, dropped, firstRow }) => {
      watch.signal.throwIfAborted();
      return { set, shard: await keepRest(deps, documents, dropped, firstRow, watch.signal) };
    });
    const shardsOf = (set: Part) => rest.flatMap(({ set: its, shard }) => (its === set && shard ? [shard] : []));
    const [training, heldOut] = [inShards(shardsOf('training')), inShards(shardsOf('heldOut'))];
    if (training.documents === 0) {
      throw refuseEmpty(tally, files, sources, { same, near, heldOut: heldOut.documents });
    }
    const dimensions = portions.find((portion) => portion.dimensions !== null)?.dimensions;
    const manifest: Manifest = {
      schema: 2,
      kind: 'manifest',
      files: files.map((file, at) => filed(file, sources, tally.files[at]!)),
      ...training,
      ...(typeof dimensions === 'number' && { dimensions }),
      records: tally.records,
      split: tally.split,
      duplicates: same,
      nearDuplicates: near,
      contaminatedCount: tally.contaminatedCount,
      contaminated: tally.contaminated.map(({ file, line, task }) => ({
        file: files[file]!.path,
        line,
        task: tasks[task]!.name,
      })),
      ...(sources.some(({ rules }) => rules.heldOut > 0) && { heldOut }),
      bad: tally.bad.map(({ file, line, reason }) => ({ file: files[file]!.path, line, reason })),
      badCount: tally.badCount,
    };
    const summary: IngestSummary = {
      documents: training.documents,
      bytes: training.bytes,
      split: tally.split,
      duplicates: same,
      nearDuplicates: near,
      contaminated: tally.contaminatedCount,
      heldOut: heldOut.documents,
      bad: tally.badCount,
    };
    return { ref: await store.putJson(manifest), summary };
  }

  function parse({ files, sources, strict, tasks }: Reading, { beat, signal }: Watch): Promise<ParsedPortion[]> {
    let bad = false;
    let documents = 0;
    const items = tasks.map(({ items }) => items);
    const portions = whileNot(() => strict && bad, corpusPortions(reader, files, sources, most));
    return parsePortions(deps, portions, items, {
      signal,
      onPortion: ({ facts, places }) => {
        for (const part of facts.parts) documents += part.documents;
        bad ||= facts.bad.length > 0;
        beat({ reading: files[places[0]?.file ?? 0]?.path, documents });
      },
    });
  }
}

/** Ends with what is under way, which is all that lies before the first bad document, and that. */
async function* whileNot(enough: () => boolean, portions: AsyncIterable<Portion>): AsyncGenerator<Portion> {
  for await (const portion of portions) {
    if (enough()) return;
    yield portion;
  }
}

type Part = 'training' | 'heldOut';

function columnsOf(portions: readonly ParsedPortion[], set: Part) {
  let firstRow = 0;
  return portions.flatMap((portion) => {
    const documents = portion[set];
    const row = firstRow;
    firstRow += portion.facts.parts.reduce((sum, { records }) => sum + records, 0);
    return documents === undefined ? [] : [{ set, documents, firstRow: row }];
  });
}

function inShards(shards: readonly CorpusShard[]) {
  const total = (of: 'documents' | 'bytes') => shards.reduce((sum, shard) => sum + shard[of], 0);
  return { shards, documents: total('documents'), bytes: total('bytes') };
}

function filed(
  { source, path, bytes, sha256 }: HashedCorpusFile,
  sources: readonly Source[],
  { documents, bad }: ReadingTally['files'][number],
): Manifest['files'][number] {
  const name = sources[source]?.name ?? null;
  return { ...(name !== null && { source: name }), path, bytes, sha256, documents, bad };
}
