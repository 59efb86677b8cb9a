import type { Made, Ref } from '../climb/artifact.ts';
import {
  documentKinds,
  type CorpusShard,
  type DocumentKind,
  type Manifest,
  type QualityScores,
} from '../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of } from '../climb/corpus/little-endian.ts';
import { addShardQuality, groupQuality, noQuality } from '../climb/corpus/quality/cluster-quality.ts';
import { heuristicAxes } from '../climb/corpus/quality/heuristic-axes.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import { beating } from './beating.ts';
import { classifyShard, sameAxes, type ClassifiedShard } from './score/classify-shard.ts';
import type { Deps } from './deps.ts';
import { patientWithEndpoint } from './endpoint-patience.ts';

export type ScoreQualityInput = {
  readonly manifest: Ref;
  readonly quality: NonNullable<SearchSpec['clusters']['quality']>;
};

export type QualitySummary = {
  readonly documents: number;
  /** Documents of each kind that was found. */
  readonly kinds: Readonly<Partial<Record<DocumentKind, number>>>;
  /** As many as fit. */
  readonly axes: readonly string[];
  /** Over all documents, of the axes that are named; null for one that applies to none. */
  readonly means: readonly (number | null)[];
};

type QualityDeps = Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute' | 'classifiers'>;
type Watch = { readonly signal: AbortSignal; readonly onDocuments: (documents: number) => void };

/** How a shard is scored: `identity` is everything that its scores depend on besides its bytes. */
type Scorer = {
  readonly identity: unknown;
  readonly score: (shard: CorpusShard) => Promise<ClassifiedShard>;
};

/** A scored shard as it is stored. */
type ScoredShard = QualityScores['shards'][number] & { readonly axes: readonly string[] };

/** Bytes of the axes' names in the summary, which must stay under 1 KB. */
const axisRoom = 300;

/**
 * Scores of every document, by published rules, by a classifier behind an endpoint, or as the documents bring them; each
 * shard by itself, so that a retry goes on where the last attempt ended.
 * @throws ApplicationFailure BadEndpoint or BadScores, not retryable; EndpointUnavailable, after as long as the server asks
 */
export function scoreQuality(deps: QualityDeps) {
  const { store, ledger, derive, compute } = deps;

  return ({ manifest, quality }: ScoreQualityInput): Promise<Made<QualitySummary>> =>
    patientWithEndpoint(() =>
      beating(async (beat, signal) => {
        const { shards, documents } = await store.readJson<Manifest>(manifest);
        let scored = 0;
        const onDocuments = (count: number) => beat({ scored: (scored += count), of: documents });
        const { identity, score } = await scorerFor(deps, quality, { signal, onDocuments });
        const inputs = { version: 1, shards: shards.map(({ ref }) => ref.sha256), scorer: identity };
        return derive({ store, ledger }, 'quality', inputs, async () => {
          const refs = await compute.map(shards, async (shard) => {
            signal.throwIfAborted();
            const of = { version: 1, shard: shard.ref.sha256, scorer: identity };
            return (
              await derive({ store, ledger }, 'quality-shard', of, async () => {
                const { axes, scores, kinds } = await score(shard);
                const stored: ScoredShard = {
                  axes,
                  scores: await store.put(bytesOf(scores)),
                  kinds: await store.put(kinds),
                };
                return { ref: await store.putJson(stored), summary: null };
              })
            ).ref;
          });
          return summed(await Promise.all(refs.map((ref) => store.readJson<ScoredShard>(ref))), documents);
        });
      }),
    );

  async function summed(parts: readonly ScoredShard[], documents: number): Promise<Made<QualitySummary>> {
    const axes = parts.reduce((same, part) => sameAxes(same, part.axes, 'of the search'), parts[0]?.axes ?? []);
    const totals = noQuality(1, axes.length);
    // One after the other and in their order, which decides the last bits of the means.
    for (const part of parts) {
      const scores = float32Of(await store.read(part.scores));
      const kinds = await store.read(part.kinds);
      addShardQuality(totals, { scores, kinds, groupOf: new Uint16Array(kinds.length) });
    }
    const quality: QualityScores = {
      schema: 1,
      kind: 'quality-scores',
      axes,
      shards: parts.map(({ scores, kinds }) => ({ scores, kinds })),
    };
    const means = groupQuality(totals, axes, 0);
    let room = axisRoom;
    const shown = axes.filter((axis) => (room -= Buffer.byteLength(axis) + 12) >= 0);
    const kinds = documentKinds.flatMap((kind, at) => (totals.kinds[at]! > 0 ? [[kind, totals.kinds[at]!]] : []));
    const summary: QualitySummary = {
      documents,
      kinds: Object.fromEntries(kinds) as QualitySummary['kinds'],
      axes: shown,
      means: shown.map((axis) => means[axis]!.mean),
    };
    return { ref: await store.putJson(quality), summary };
  }
}

async function scorerFor(deps: QualityDeps, quality: ScoreQualityInput['quality'], watch: Watch): Promise<Scorer> {
  const { store, compute, classifiers } = deps;
  const { signal, onDocuments } = watch;
  if (quality.kind === 'endpoint') {
    const classifier = classifiers(quality.endpoint ?? 'default');
    const { model, revision, maxCharacters } = await classifier.describe(signal);
    const description = { model, revision, maxCharacters };
    const { raw = false, scale = 1, endpoint = 'default' } = quality;
    const classify = classifyShard(deps);
    return {
      identity: { kind: 'endpoint', ...description, ...(revision === null && { endpoint }), raw, scale },
      score: (shard) => classify(shard, classifier, description, { raw, scale }, { signal, onChunk: onDocuments }),
    };
  }
  const axes = quality.kind === 'heuristics' ? heuristicAxes : Object.keys(quality.fields ?? {}).sort();
  return {
    identity: { kind: quality.kind, axes },
    score: async ({ ref, documents }) => {
      const shard = await store.read(ref);
      const scored = await (quality.kind === 'heuristics'
        ? compute.run('scoreShard', { shard }, { signal })
        : compute.run('readShardScores', { shard, axes }, { signal }));
      onDocuments(documents);
      return { axes, ...scored };
    },
  };
}
