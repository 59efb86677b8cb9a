import { expect, test } from '@jest/globals';
import { laterSources } from '../../../climb/corpus/later-sources.ts';
import type { SearchFile } from '../../../climb/spec/search-file.ts';
import { specOf } from '../made-search.ts';
import { rulesOf } from './made-rules.ts';

const reading = (file: Partial<SearchFile>) => {
  const { corpus, clusters, embedding } = specOf(file);
  return { corpus, clusters, embedding };
};
const plain = reading({ corpus: { path: 'corpus', textField: 'body', idField: 'key', maxCharacters: 500 } });
const sourced = reading({
  corpus: {
    sources: [
      { name: 'web', path: 'web', textField: 'content', format: 'jsonl' },
      { name: 'books', path: 'books' },
    ],
    textField: ['title', 'text'],
  },
});

test('later files are read as the documents of the domain set were', () => {
  expect(laterSources(plain, { path: 'later/*.jsonl' })).toEqual([
    {
      name: null,
      path: 'later/*.jsonl',
      format: 'auto',
      field: 'corpus',
      rules: rulesOf({ textFields: ['body'], idField: 'key', maxCharacters: 500 }),
    },
  ]);
});

test('a source of a known name is read as that one, another as the corpus says', () => {
  const sources = [
    { name: 'web', path: 'web-2' },
    { name: 'news', path: 'news' },
  ];
  expect(laterSources(sourced, { sources }).map(({ path, format, rules }) => [path, format, rules.textFields])).toEqual(
    [
      ['web-2', 'jsonl', ['content']],
      ['news', 'auto', ['title', 'text']],
    ],
  );
});

test('what the input says counts more, and of that what it says of a source', () => {
  const sources = [
    { name: 'web', path: 'a' },
    { name: 'books', path: 'b', textField: 'page' },
  ];
  const found = laterSources(sourced, { sources, textField: 'text', format: 'parquet' as const });
  expect(found.map(({ format, rules }) => [format, rules.textFields])).toEqual([
    ['parquet', ['text']],
    ['parquet', ['page']],
  ]);
});

test('nothing is held out, compared or scored: a file stands alone', () => {
  const strict = reading({
    corpus: { path: 'corpus', heldOut: 0.1, nearDuplicates: true },
    clusters: { quality: { kind: 'field', fields: { style: 'score' } } },
  });
  expect(laterSources(strict, { path: 'later' })[0]?.rules).toEqual(rulesOf());
  const known = reading({ clusters: { field: 'topic' } });
  expect(laterSources(known, { path: 'later' })[0]?.rules).toEqual(rulesOf({ domainField: 'topic' }));
});
