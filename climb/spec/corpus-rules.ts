import { heuristicAxes } from '../corpus/quality/heuristic-axes.ts';
import type { Problem } from '../problem.ts';
import type { SearchSpec } from './search-file.ts';

/** Rules between the fields of the search file's first half: corpus, embedding, clusters. */

/** Clusters after merging where the file gives neither a number nor a threshold. */
const defaultTarget = 16;

/** Length of an `lsa` embedding where the file gives none. */
export const defaultDimensions = 128;

/** Clusters wanted after merging; null where a threshold or the known domains decide. */
export function mergeTarget({ field, merge }: SearchSpec['clusters']): number | null {
  if (field !== undefined) return null;
  return merge.target ?? (merge.threshold === undefined ? defaultTarget : null);
}

export function* corpusProblems({ corpus, embedding, clusters, proxy }: SearchSpec): Iterable<Problem> {
  yield* sourceProblems(corpus);
  yield* embeddingProblems(embedding);
  yield* clusters.field === undefined ? clusterProblems(clusters) : knownDomainProblems(clusters, embedding);
  yield* qualityProblems(clusters.quality);
  if (proxy.tokenizer !== undefined && proxy.warmStart !== undefined && 'checkpoint' in proxy.warmStart) {
    yield {
      path: 'proxy.tokenizer',
      message: `"${proxy.tokenizer}" beside proxy.warmStart.tokenizer: a checkpoint only understands the tokenizer it was trained with; leave this one out`,
    };
  }
}

function* sourceProblems({ path, sources }: SearchSpec['corpus']): Iterable<Problem> {
  if ((path === undefined) === (sources === undefined)) {
    yield {
      path: 'corpus.path',
      message: `got ${path === undefined ? 'neither path nor sources: there is no text to search over; name a folder' : 'path and sources: one of them would be ignored; make the path a source'}`,
    };
  }
  for (const [at, { name }] of (sources ?? []).entries()) {
    if ((sources ?? []).findIndex((other) => other.name === name) < at) {
      yield {
        path: `corpus.sources.${at}.name`,
        message: `"${name}" stands there twice: manifests couldn't tell the two apart; give each source a name of its own`,
      };
    }
  }
}

/** Which kinds read which field. */
const embeddingFields = {
  dimensions: ['lsa'],
  endpoint: ['endpoint'],
  model: ['hf-inference'],
  field: ['precomputed'],
  path: ['precomputed'],
} as const;

function* embeddingProblems(embedding: SearchSpec['embedding']): Iterable<Problem> {
  const { kind } = embedding;
  yield* unreadFields('embedding', embedding, embeddingFields);
  if (kind === 'hf-inference' && embedding.model === undefined) {
    yield {
      path: 'embedding.model',
      message:
        'got nothing: the provider serves many models; name one, such as "sentence-transformers/all-MiniLM-L6-v2"',
    };
  }
  if (kind === 'precomputed' && (embedding.field === undefined) === (embedding.path === undefined)) {
    yield {
      path: 'embedding.field',
      message: `got ${embedding.field === undefined ? 'neither field nor path' : 'field and path'}: vectors come from one place; name the field that holds them, or the .npy file`,
    };
  }
}

function* clusterProblems({ initial, merge }: SearchSpec['clusters']): Iterable<Problem> {
  const { target, threshold } = merge;
  if (target !== undefined && threshold !== undefined) {
    yield {
      path: 'clusters.merge.threshold',
      message: `got ${threshold} beside target ${target}: merging ends at one of them; leave one out`,
    };
  }
  const wanted = target ?? (threshold === undefined ? defaultTarget : 2);
  if (initial !== undefined && wanted > initial) {
    yield {
      path: 'clusters.merge.target',
      message: `merging only lowers the number of clusters: ${wanted} can't be reached from clusters.initial = ${initial}; lower the target or raise clusters.initial`,
    };
  }
}

function* knownDomainProblems(
  { field, initial, quality, merge }: SearchSpec['clusters'],
  embedding: SearchSpec['embedding'],
): Iterable<Problem> {
  const { target, threshold } = merge;
  const unread = { initial, quality, 'merge.target': target, 'merge.threshold': threshold };
  for (const [name, value] of Object.entries(unread)) {
    if (value === undefined) continue;
    yield {
      path: `clusters.${name}`,
      message: `clusters.field = "${field}" takes the domains as they are: nothing is clustered, pruned or merged, so this would be ignored; leave one of the two out`,
    };
  }
  if (embedding.kind !== 'lsa') {
    yield {
      path: 'embedding.kind',
      message: `"${embedding.kind}" beside clusters.field = "${field}": known domains need no embedding, so it would be ignored; leave one of the two out`,
    };
  }
}

const qualityFields = { endpoint: ['endpoint'], raw: ['endpoint'], scale: ['endpoint'], fields: ['field'] } as const;

function* qualityProblems(quality: SearchSpec['clusters']['quality']): Iterable<Problem> {
  if (quality === undefined) return;
  yield* unreadFields('clusters.quality', quality, qualityFields);
  if (quality.kind === 'field' && Object.keys(quality.fields ?? {}).length === 0) {
    yield {
      path: 'clusters.quality.fields',
      message:
        'got nothing: scores are read from fields of the documents; name them, such as {"educational": "edu_score"}',
    };
  }
  yield* unknownAxes(quality);
}

/** Axes that would prune nothing, silently; those of an endpoint are known only once it is asked. */
function* unknownAxes({ kind, fields = {}, prune }: NonNullable<SearchSpec['clusters']['quality']>): Iterable<Problem> {
  if (kind === 'endpoint' || typeof prune !== 'object') return;
  const known: readonly string[] = kind === 'heuristics' ? heuristicAxes : Object.keys(fields);
  if (known.length === 0) return;
  for (const axis of Object.keys(prune)) {
    if (known.includes(axis)) continue;
    yield {
      path: `clusters.quality.prune.${axis}`,
      message: `kind "${kind}" has no axis ${JSON.stringify(axis)} here, so it would prune nothing; it has ${known.join(', ')}; name one of these`,
    };
  }
}

function* unreadFields(
  part: string,
  given: { readonly kind: string } & Readonly<Record<string, unknown>>,
  readBy: Readonly<Record<string, readonly string[]>>,
): Iterable<Problem> {
  for (const [name, kinds] of Object.entries(readBy)) {
    if (given[name] === undefined || kinds.includes(given.kind)) continue;
    yield {
      path: `${part}.${name}`,
      message: `only kind "${kinds.join('" and "')}" reads it, got kind "${given.kind}": it would be ignored; leave it out, or change the kind`,
    };
  }
}
