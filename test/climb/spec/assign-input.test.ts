import { describe, expect, test } from '@jest/globals';
import { InvalidInput } from '../../../climb/problem.ts';
import { parseAssignInput, parseFrozenDomainSet, unknownReading } from '../../../climb/spec/assign-input.ts';
import { specOf } from '../made-search.ts';

const ref = { sha256: 'a'.repeat(64), bytes: 10 };

test('a search or a domain set, and files', () => {
  expect(parseAssignInput({ search: 's', corpus: { path: 'later' } })).toEqual({
    search: 's',
    corpus: { path: 'later' },
    concurrency: 4,
  });
  const sources = [{ name: 'web', path: 'later', textField: 'body' }];
  expect(parseAssignInput({ domainSet: ref, corpus: { sources }, concurrency: 1 })).toMatchObject({
    domainSet: ref,
    corpus: { sources },
  });
});

describe('refused, with every problem and its path', () => {
  test.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['(all of it)']],
    ['neither search nor files', { corpus: {} }, ['search', 'corpus.path']],
    [
      'both of both',
      { search: 's', domainSet: ref, corpus: { path: 'a', sources: [{ name: 'b', path: 'c' }] } },
      ['search', 'corpus.path'],
    ],
    ['no hash', { domainSet: { sha256: '../../etc/passwd', bytes: 1 }, corpus: { path: 'a' } }, ['domainSet.sha256']],
    ['unknown fields', { search: 's', corpus: { path: 'a', strict: true }, to: '/' }, ['corpus.strict', 'to']],
    ['no file at once', { search: 's', corpus: { path: 'a' }, concurrency: 0 }, ['concurrency']],
  ])('%s', (_, value, paths) => {
    let problems: readonly { path: string }[] = [];
    try {
      parseAssignInput(value);
    } catch (error) {
      problems = (error as InvalidInput).problems;
    }
    expect(problems.map(({ path }) => path).sort()).toEqual([...paths].sort());
  });
});

test('domain-set.json says how documents were read, and is read again as it was written', () => {
  const { corpus, clusters, embedding } = specOf({ corpus: { path: 'corpus', textField: 'body' } });
  const frozen = { schema: 1, kind: 'frozen-domain-set', domainSet: ref, reading: { corpus, clusters, embedding } };
  const read = parseFrozenDomainSet(JSON.parse(JSON.stringify(frozen)), 'domain-set.json');
  expect(read).toEqual(frozen);
  expect(() => parseFrozenDomainSet({ ...frozen, kind: 'recipe' }, 'domain-set.json')).toThrow('domain-set.json');
  expect(unknownReading().corpus).toMatchObject({ textField: 'text', maxCharacters: 100_000 });
});
