import { expect, test } from '@jest/globals';
import { sourcesOf } from '../../../climb/corpus/reading.ts';
import { specOf } from '../made-search.ts';

test('what a source leaves out is as the corpus says, its format too', () => {
  const sources = [
    { name: 'web', path: 'web' },
    { name: 'books', path: 'books', format: 'text' as const, textField: 'page', idField: 'isbn' },
  ];
  const found = sourcesOf(specOf({ corpus: { sources, format: 'jsonl', textField: 'body', labelField: 'topic' } }));
  expect(found.map(({ name, format, field, rules }) => [name, format, field, rules.textFields, rules.idField])).toEqual(
    [
      ['web', 'jsonl', 'corpus.sources.0', ['body'], null],
      ['books', 'text', 'corpus.sources.1', ['page'], 'isbn'],
    ],
  );
  expect(found.map(({ rules }) => rules.labelField)).toEqual(['topic', 'topic']);
});
