import { describe, expect, test } from '@jest/globals';
import { InvalidInput, type Problem } from '../../../climb/problem.ts';
import { sourcesOf } from '../../../climb/corpus/reading.ts';
import { mergeTarget } from '../../../climb/spec/corpus-rules.ts';
import { parseSearchFile } from '../../../climb/spec/search-rules.ts';
import { changed, now, shortestFile, specOf } from '../made-search.ts';

const fileWith = (changes: Record<string, unknown>) =>
  Object.entries(changes).reduce<unknown>((file, [path, value]) => changed(file, path, value), shortestFile);

function problemsOf(changes: Record<string, unknown>): readonly Problem[] {
  try {
    parseSearchFile(fileWith(changes), now);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

const web = { name: 'web', path: 'web/*.parquet' };
const checkpoint = { checkpoint: 'm.safetensors', tokenizer: 't.json' };

describe('what is refused', () => {
  type Row = [what: string, changes: Record<string, unknown>, path: string, piece: string];
  test.each<Row>([
    ['no corpus', { corpus: {} }, 'corpus.path', 'neither path nor sources'],
    ['a path beside sources', { 'corpus.sources': [web] }, 'corpus.path', 'path and sources'],
    [
      'two sources of one name',
      { corpus: { sources: [web, { ...web, path: 'b' }] } },
      'corpus.sources.1.name',
      'twice',
    ],
    ['dimensions of an endpoint', { embedding: { kind: 'endpoint', dimensions: 8 } }, 'embedding.dimensions', '"lsa"'],
    ['an endpoint for lsa', { 'embedding.endpoint': 'minilm' }, 'embedding.endpoint', 'only kind "endpoint"'],
    ['a provider without a model', { 'embedding.kind': 'hf-inference' }, 'embedding.model', 'name one'],
    ['vectors from nowhere', { 'embedding.kind': 'precomputed' }, 'embedding.field', 'neither field nor path'],
    [
      'vectors from two places',
      { embedding: { kind: 'precomputed', field: 'vector', path: 'v.npy' } },
      'embedding.field',
      'field and path',
    ],
    [
      'a target beside a threshold',
      { 'clusters.merge': { target: 8, threshold: 1.5 } },
      'clusters.merge.threshold',
      'beside target 8',
    ],
    ['more clusters than K', { 'clusters.initial': 8 }, 'clusters.merge.target', "16 can't be reached"],
    ['K of known domains', { clusters: { field: 'domain', initial: 8 } }, 'clusters.initial', 'would be ignored'],
    [
      'merging known domains',
      { clusters: { field: 'domain', merge: { target: 8 } } },
      'clusters.merge.target',
      'would be ignored',
    ],
    [
      'pruning known domains',
      { clusters: { field: 'domain', quality: { kind: 'heuristics' } } },
      'clusters.quality',
      'would be ignored',
    ],
    [
      'embedding known domains',
      { 'clusters.field': 'domain', 'embedding.kind': 'endpoint' },
      'embedding.kind',
      'need no embedding',
    ],
    [
      'an axis that the rules do not have',
      { 'clusters.quality': { kind: 'heuristics', prune: { z: 1, lists: 2 } } },
      'clusters.quality.prune.z',
      'it has length, wordLength, stopWords, symbols, lineEnds, lists, boilerplate, repetition',
    ],
    [
      'an axis that no field is',
      { 'clusters.quality': { kind: 'field', fields: { edu: 'edu_score' }, prune: { edu_score: 1 } } },
      'clusters.quality.prune.edu_score',
      'kind "field" has no axis "edu_score" here, so it would prune nothing; it has edu;',
    ],
    ['quality of no field', { 'clusters.quality': { kind: 'field' } }, 'clusters.quality.fields', 'name them'],
    [
      'a classifier for heuristics',
      { 'clusters.quality': { kind: 'heuristics', endpoint: 'edu' } },
      'clusters.quality.endpoint',
      'only kind "endpoint"',
    ],
    [
      'two tokenizers',
      { proxy: { tokenizer: 'mine.json', warmStart: checkpoint } },
      'proxy.tokenizer',
      'leave this one out',
    ],
  ])('%s', (_, changes, path, piece) => {
    const problems = problemsOf(changes);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(piece);
  });

  test.each<[string, Record<string, unknown>]>([
    ['sources instead of a path', { corpus: { sources: [web] } }],
    ['a threshold, whatever K', { clusters: { initial: 8, merge: { threshold: 1.5 } } }],
    [
      'known domains with a bound by name',
      { 'clusters.field': 'domain', 'constraints.bounds': { news: { lower: 0.1 } } },
    ],
    ['known domains with a least size', { clusters: { field: 'domain', merge: { minimumTokens: 100 } } }],
    ['axes that only an endpoint knows', { 'clusters.quality': { kind: 'endpoint', prune: { LABEL_0: 2 } } }],
    ['an axis of a field', { 'clusters.quality': { kind: 'field', fields: { edu: 'e' }, prune: { edu: 2 } } }],
    ['thresholds of quality by axis', { 'clusters.quality': { kind: 'heuristics', prune: { repetition: 2 } } }],
  ])('%s is accepted', (_, changes) => expect(problemsOf(changes)).toEqual([]));
});

test('clusters after merging: what is asked for, 16 by default, any number under a threshold', () => {
  const target = (clusters: object) => mergeTarget(specOf({ clusters }).clusters);
  expect([{}, { merge: { target: 5 } }, { merge: { threshold: 1 } }, { field: 'domain' }].map(target)).toEqual([
    16,
    5,
    null,
    null,
  ]);
});

test('a source reads as the corpus does, unless it says otherwise', () => {
  const corpus = {
    textField: 'body',
    maxCharacters: 500,
    sources: [
      web,
      { name: 'books', path: 'books', format: 'text' as const, textField: ['title', 'text'], idField: 'isbn' },
    ],
  };
  const [first, second] = sourcesOf(specOf({ corpus, clusters: { field: 'source' } }));
  expect(first).toMatchObject({ name: 'web', format: 'auto', field: 'corpus.sources.0' });
  expect(first?.rules).toMatchObject({
    textFields: ['body'],
    idField: null,
    domainField: 'source',
    maxCharacters: 500,
  });
  expect(second).toMatchObject({ path: 'books', format: 'text' });
  expect(second?.rules).toMatchObject({ textFields: ['title', 'text'], idField: 'isbn' });
});
