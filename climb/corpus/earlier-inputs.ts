import { parse } from '../schema-problems.ts';
import { clustersPart, corpusPart, embeddingPart } from '../spec/corpus-parts.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import type { MergeRules } from './merge.ts';

/** What searches begun before 0.2.0 hand to activities: they go on under a later worker. */

type Reading = Pick<SearchSpec, 'corpus' | 'clusters' | 'embedding'>;

/** How to read the corpus; before 0.2.0 the search file's `corpus` alone. */
export function readingFrom(corpus: Reading | SearchSpec['corpus']): Reading {
  if ('corpus' in corpus) return corpus;
  return {
    // Read as it was: no document may be dropped or split that was not before.
    corpus: { ...parse(corpusPart, corpus, 'the corpus'), maxCharacters: Number.MAX_SAFE_INTEGER },
    clusters: parse(clustersPart, {}, 'the clusters'),
    embedding: parse(embeddingPart, {}, 'the embedding'),
  };
}

/** How to merge; before 0.2.0 always by Ward's linkage to a number, each cluster counting once. */
export function mergeRulesFrom(merge: MergeRules | { target: number; minimumTokens: number }): MergeRules {
  return 'method' in merge ? merge : { method: 'ward', threshold: null, weighted: false, ...merge };
}
