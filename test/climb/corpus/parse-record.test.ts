import { describe, expect, test } from '@jest/globals';
import { parseRecord } from '../../../climb/corpus/parse-record.ts';
import type { ReadingRules } from '../../../climb/corpus/reading.ts';
import { rulesOf } from './made-rules.ts';

const encoder = new TextEncoder();

function parse(line: string | object | Uint8Array, more: Partial<ReadingRules> = {}, source: string | null = null) {
  const bytes =
    line instanceof Uint8Array ? line : encoder.encode(typeof line === 'string' ? line : JSON.stringify(line));
  const parsed = parseRecord(bytes, rulesOf(more), source);
  return parsed === undefined || 'bad' in parsed ? parsed?.bad : parsed.record;
}

describe('a document', () => {
  test('is named by its text alone', () => {
    const record = parse({ text: 'hello', id: 1 });
    expect(record).toMatchObject({
      id: '2cf24dba5fb0a30e26e83b2ac5b9e29e',
      text: 'hello',
      bytes: 5,
    });
    expect(parse({ id: 2, text: 'hello' })).toEqual(record);
  });

  test('is named by a field where there is one, and its text is still known by its hash', () => {
    const [byText, byField] = [parse({ text: 'hello', id: 7 }), parse({ text: 'hello', id: 7 }, { idField: 'id' })];
    expect(byField).toEqual({ ...(byText as object), id: '7' });
  });

  test('joins several fields, and does without some', () => {
    const textFields = ['title', 'body'];
    expect(parse({ body: 'b', title: 'a' }, { textFields })).toMatchObject({ text: 'a\n\nb' });
    expect(parse({ title: null, body: 'b' }, { textFields })).toMatchObject({ text: 'b' });
    expect(parse({ title: ' ', body: 'b' }, { textFields })).toMatchObject({ text: 'b' });
    expect(parse({ title: ' ', body: '' }, { textFields })).toBe('field "title" or "body" is empty');
    expect(parse({ other: 'x' }, { textFields })).toBe('no field "title" or "body"');
  });

  test('is found by a path, unless a field has that very name', () => {
    const textFields = ['a.b'];
    expect(parse({ a: { b: 'deep' } }, { textFields })).toMatchObject({ text: 'deep' });
    expect(parse({ a: { b: 'deep' }, 'a.b': 'flat' }, { textFields })).toMatchObject({ text: 'flat' });
    expect(parse({ a: 'x' }, { textFields })).toBe('no field "a.b"');
    expect(parse({ text: 'x' }, { textFields: ['text.length'] })).toBe('no field "text.length"');
  });

  test('carries label, domain and scores', () => {
    const rules = { labelField: 'kind', domainField: 'from', scoreFields: { good: 'meta.good' } };
    const extra = { kind: 3, from: true, meta: { good: 0.5 } };
    expect(parse({ text: 'x', ...extra }, rules)).toMatchObject({ label: '3', domain: 'true', scores: { good: 0.5 } });
    expect(parse({ text: 'x', from: 'here', meta: { good: 1 } }, rules)).not.toHaveProperty('label');
  });

  test('is of its source where no field says otherwise', () => {
    const rules = { domainField: 'source' };
    expect(parse({ text: 'x' }, rules, 'books')).toMatchObject({ domain: 'books' });
    expect(parse({ text: 'x', source: 'web' }, rules, 'books')).toMatchObject({ domain: 'web' });
    expect(parse({ text: 'x' }, rules)).toBe('no name in the field "source"');
    expect(parse({ text: 'x' }, { domainField: 'place' }, 'books')).toBe('no name in the field "place"');
  });

  test('has a vector of unit length', () => {
    const record = parse({ text: 'x', v: [3, 0, -4] }, { vectorField: 'v' });
    expect(record).toMatchObject({ vector: Float32Array.of(0.6, 0, -0.8) });
  });
});

test('byte order marks, CR and blank lines are no trouble', () => {
  expect(parse('\ufeff{"text":"a"}\r')).toMatchObject({ text: 'a' });
  expect(parse('  \r')).toBeUndefined();
  expect(parse('{"text":"nul \\u0000"}')).toMatchObject({ text: 'nul \0' });
});

test('fields of the prototype are not fields of a document', () => {
  const textFields = ['__proto__'];
  expect(parse('{"a":1}', { textFields })).toBe('no field "__proto__"');
  expect(parse('{"__proto__":"b"}', { textFields })).toMatchObject({ text: 'b' });
  expect(parse('{"__proto__":{"text":"b"}}')).toBe('no field "text"');
  expect(parse('{}', { textFields: ['constructor.name'] })).toBe('no field "constructor.name"');
});

describe('what is wrong is said', () => {
  test.each([
    ['{"text": ', 'not JSON'],
    ['{"text":"nul \0"}', 'not JSON'],
    ['[1]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'not a JSON object'],
    ['{"txt":"a"}', 'no field "text"'],
    ['{"text":7}', 'field "text" is not a string'],
    ['{"text":null}', 'field "text" is not a string'],
    ['{"text":" "}', 'field "text" is empty'],
    ['{"text":"\\ud800x"}', 'field "text" has half a surrogate pair'],
    ['{"text":"x\\udc00"}', 'field "text" has half a surrogate pair'],
  ])('%.40s', (line, reason) => expect(parse(line)).toBe(reason));

  test('bytes that are no UTF-8', () => {
    expect(parse(Uint8Array.of(0x7b, 0xff))).toBe('not UTF-8');
  });

  test.each([
    [{ idField: 'id' }, {}, 'no name in the field "id"'],
    [{ idField: 'id' }, { id: '' }, 'no name in the field "id"'],
    [{ idField: 'id' }, { id: 2 ** 53 }, /field "id" is a number that can't be told from its neighbours/],
    [{ idField: 'id' }, { id: '\ud800' }, 'field "id" has half a surrogate pair'],
    [{ labelField: 'l' }, { l: '\ud800' }, 'field "l" has half a surrogate pair'],
    [{ domainField: 'd' }, { d: ['x'] }, 'no name in the field "d"'],
    [{ domainField: 'd' }, { d: 'x'.repeat(257) }, 'field "d" has 257 characters, more than the name of a domain has'],
    [{ scoreFields: { good: 'g' } }, { g: '1' }, 'no number in the field "g"'],
    [{ scoreFields: { good: 'g' } }, {}, 'no number in the field "g"'],
    [{ vectorField: 'v' }, {}, 'no list of numbers in the field "v"'],
    [{ vectorField: 'v' }, { v: [] }, 'no list of numbers in the field "v"'],
    [{ vectorField: 'v' }, { v: [1, null] }, 'the list in the field "v" holds something else than finite numbers'],
    [{ vectorField: 'v' }, { v: [1, 1e39] }, 'the list in the field "v" holds something else than finite numbers'],
    [{ vectorField: 'v' }, { v: [0, 0] }, 'the list in the field "v" holds only zeros, which have no direction'],
  ])('%j of %j', (rules, fields, reason) => {
    expect(parse({ text: 'x', ...fields }, rules as Partial<ReadingRules>)).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    );
  });

  test('a score that JSON writes and a number cannot hold', () => {
    expect(parse('{"text":"x","g":1e999}', { scoreFields: { good: 'g' } })).toBe('no number in the field "g"');
  });
});
