import type { AssignInput, FrozenDomainSet } from '../spec/assign-input.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import { sourcesOf, type Source } from './reading.ts';

/**
 * Files that come after a domain set was frozen, read as its own documents were: those of a source that the search knows
 * by name as that source, others as its corpus says. What the input says itself counts first. Each file stands alone, so
 * nothing is compared or held out.
 */
export function laterSources(
  { corpus, clusters: { field, merge }, embedding }: FrozenDomainSet['reading'],
  { path, sources, ...said }: AssignInput['corpus'],
): Source[] {
  const known = new Map(corpus.sources?.map((source) => [source.name, source]));
  const { path: _path, sources: _sources, ...common } = corpus;
  const later = {
    ...common,
    ...said,
    ...(path !== undefined && { path }),
    ...(sources && { sources: sources.map((source) => ({ ...known.get(source.name), ...said, ...source })) }),
    heldOut: 0,
    nearDuplicates: false,
  } as SearchSpec['corpus'];
  return sourcesOf({ corpus: later, clusters: { ...(field !== undefined && { field }), merge }, embedding });
}
