import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { buildGramTable } from '../../../climb/corpus/contamination.ts';
import { parseShard } from '../../../climb/corpus/corpus-shard.ts';
import { bands } from '../../../climb/corpus/minhash.ts';
import { firstVectorLength, parseBlock, type BlockInput, type BlockPart } from '../../../climb/corpus/parse-block.ts';
import type { ReadingRules } from '../../../climb/corpus/reading.ts';
import { rulesOf } from './made-rules.ts';

const part = (content: string, unreadable: BlockPart['unreadable'] = []): BlockPart => ({
  bytes: new TextEncoder().encode(content),
  unreadable,
});
const json = (...values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const parse = (parts: readonly BlockPart[], rules: Partial<ReadingRules> = {}, more: Partial<BlockInput> = {}) =>
  parseBlock({ parts, rules: rulesOf(rules), source: null, grams: null, dimensions: null, ...more });
const textsOf = (shard: Uint8Array) => parseShard(shard).map(({ text }) => text);

describe('lines', () => {
  test('are counted part by part, blank ones not, a last line needs no end', () => {
    const { facts, training } = parse([part(`${json({ text: 'a' })}\noops\n`), part('{"txt":1}\n \n{"text":"b"}')]);
    expect(textsOf(training.shard)).toEqual(['a', 'b']);
    expect(facts.parts).toEqual([
      { records: 2, documents: 1, bad: 1, firstBad: { line: 2, reason: 'not JSON' } },
      { records: 2, documents: 1, bad: 1, firstBad: { line: 0, reason: 'no field "text"' } },
    ]);
    expect(facts.bad).toEqual([
      { part: 0, line: 2, reason: 'not JSON' },
      { part: 1, line: 0, reason: 'no field "text"' },
    ]);
  });

  test('that could not be read are records too', () => {
    const content = part(`${json({ text: 'a' })}\n${json({ text: 'b' })}`, [{ line: 1, reason: 'too long' }]);
    const { facts, training } = parse([content], { rowNumbers: true });
    expect(facts.parts[0]).toEqual({ records: 3, documents: 2, bad: 1, firstBad: { line: 1, reason: 'too long' } });
    expect([...training.rows]).toEqual([0, 2]);
  });

  test('that are bad are all counted, and a hundred named', () => {
    const { facts } = parse([part('x\n'.repeat(150))]);
    expect([facts.parts[0]?.bad, facts.bad.length]).toEqual([150, 100]);
  });
});

describe('a document', () => {
  test('keeps its label, domain and scores in the shard, and its bytes are counted in UTF-8', () => {
    const rules = { labelField: 'l', domainField: 'source', scoreFields: { good: 'g' } };
    const { training } = parse([part(json({ g: 1, text: 'é😀', l: 'x' }))], rules, { source: 'web' });
    expect(parseShard(training.shard)).toEqual([
      { id: expect.any(String), text: 'é😀', label: 'x', domain: 'web', scores: { good: 1 } },
    ]);
    expect(training).toMatchObject({ documents: 1, bytes: 6 });
  });

  test('over the cap becomes several, named by their texts or after the record', () => {
    const text = 'aaaa bbbb cccc dddd';
    const byText = parse([part(json({ text }))], { maxCharacters: 10 });
    expect(textsOf(byText.training.shard)).toEqual(['aaaa bbbb ', 'cccc dddd']);
    expect(byText.facts.split).toBe(1);
    expect(byText.facts.parts[0]?.documents).toBe(1);
    const alone = parse([part(json({ text: 'cccc dddd' }))]);
    expect(parseShard(byText.training.shard)[1]).toEqual(parseShard(alone.training.shard)[0]);
    const named = parse([part(json({ text, id: 'n' }))], { maxCharacters: 10, idField: 'id' });
    expect(parseShard(named.training.shard).map(({ id }) => id)).toEqual(['n#1', 'n#2']);
    expect(named.training.hashes).toEqual(byText.training.hashes);
  });

  test('has a row of every column that is asked for', () => {
    const content = part(json({ text: 'aaaa bbbb cccc', v: [0, 2] }, { text: 'x', v: [1] }, { text: 'y', v: [1, 0] }));
    const rules = { vectorField: 'v', rowNumbers: true, nearDuplicates: true, maxCharacters: 10 };
    const { training, facts } = parse([content], rules, { dimensions: 2 });
    expect([...training.vectors]).toEqual([0, 1, 0, 1, 1, 0]);
    expect([...training.rows]).toEqual([0, 0, 2]);
    expect(training.hashes).toHaveLength(12);
    expect(training.bandKeys).toHaveLength(3 * bands * 2);
    expect(facts.bad).toEqual([
      { part: 0, line: 1, reason: 'the list in the field "v" has 1 numbers, the first of the corpus has 2' },
    ]);
  });
});

test('band keys lie band by band', () => {
  const keysOf = (...texts: string[]) =>
    parse([part(json(...texts.map((text) => ({ text }))))], { nearDuplicates: true }).training.bandKeys;
  const [a, b] = [keysOf('one two three'), keysOf('four five six')];
  const both = Array.from({ length: bands }, (_, band) =>
    [a, b].flatMap((keys) => [...keys.slice(2 * band, 2 * band + 2)]),
  );
  expect([...keysOf('one two three', 'four five six')]).toEqual(both.flat());
});

test('the first vector is that of the first document', () => {
  const rules = rulesOf({ vectorField: 'v' });
  expect(firstVectorLength(part(json({ text: 'x' }, { v: [1] }, { text: 'a', v: [1, 2, 3] })), rules, null)).toBe(3);
  expect(firstVectorLength(part('\n'), rules, null)).toBeNull();
});

describe('documents kept out', () => {
  const texts = Array.from({ length: 2000 }, (_, at) => `text ${at}`);
  const split = (heldOut: number, more: Partial<ReadingRules> = {}) => {
    const parsed = parse([part(json(...texts.map((text) => ({ text, id: text }))))], { heldOut, ...more });
    return [textsOf(parsed.training.shard), textsOf(parsed.heldOut.shard)] as const;
  };

  test('are about the share that was asked for, and the others are all there', () => {
    const [training, heldOut] = split(0.1);
    // Four standard deviations.
    expect(Math.abs(heldOut.length - 200)).toBeLessThan(4 * Math.sqrt(2000 * 0.1 * 0.9));
    expect([...training, ...heldOut].sort()).toEqual([...texts].sort());
  });

  test('of a smaller share are among those of a larger one, and follow the name', () => {
    expect(split(0.2)[1]).toEqual(expect.arrayContaining([...split(0.1)[1]]));
    expect(split(0.2, { idField: 'id' })[1]).not.toEqual(split(0.2)[1]);
  });

  test('keep all pieces of a document together, and are not checked against tasks', () => {
    const words = (at: number) => Array.from({ length: 40 }, (_, word) => `w${at}x${word}`).join(' ');
    const all = Array.from({ length: 300 }, (_, at) => ({ text: words(at), id: `d${at}` }));
    const grams = buildGramTable({ tasks: [Buffer.from(json(...all))] });
    const rules = { heldOut: 0.5, idField: 'id', maxCharacters: 200 };
    const content = part(json(...all));
    const names = (shard: Uint8Array) => [...new Set(parseShard(shard).map(({ id }) => id.split('#')[0]))];
    const [training, heldOut] = [parse([content], rules), parse([content], rules, { grams })].map((parsed, at) =>
      names(at === 0 ? parsed.training.shard : parsed.heldOut.shard),
    ) as [string[], string[]];
    expect([...training, ...heldOut].sort()).toEqual(all.map(({ id }) => id).sort());
  });
});

test('documents with text of a task are left out, counted and named', () => {
  const item = 'one two three four five six seven eight nine ten eleven twelve thirteen';
  const grams = buildGramTable({ tasks: [Buffer.from(json({ id: '0', query: item, choices: ['x'], gold: 0 }))] });
  const { facts, training } = parse([part(json({ text: 'a' }, { text: `so ${item}!` }))], {}, { grams });
  expect(textsOf(training.shard)).toEqual(['a']);
  expect(facts).toMatchObject({ contaminatedCount: 1, contaminated: [{ part: 0, line: 1, task: 0 }] });
  expect(facts.parts[0]).toMatchObject({ documents: 2, bad: 0 });
});

test('an item that a cut goes through is found on both sides of it', () => {
  const words = Array.from({ length: 100 }, (_, at) => `word${at}`);
  const item = words.slice(12, 30).join(' ');
  const grams = buildGramTable({ tasks: [Buffer.from(json({ id: '0', query: item, choices: ['x'], gold: 0 }))] });
  const { facts, training } = parse([part(json({ text: words.join(' ') }))], { maxCharacters: 200 }, { grams });
  expect(facts).toMatchObject({ split: 1, contaminatedCount: 2 });
  expect(textsOf(training.shard).join('')).not.toContain('word29 ');
});

test('blocks come to the same wherever they are cut', () => {
  const lines = fc.array(
    fc.constantFrom('{"text":"a"}', '{"text":"a long text\\n\\nin two paragraphs"}', '', 'oops', '{"text":"b"}'),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(lines, fc.nat(20), (all, cut) => {
      const content = (some: readonly string[]) => part(some.map((line) => `${line}\n`).join(''));
      const rules = { maxCharacters: 20, heldOut: 0.3 };
      const whole = parse([content(all)], rules);
      const halves = parse([content(all.slice(0, cut)), content(all.slice(cut))], rules);
      expect(halves.training).toEqual(whole.training);
      expect(halves.heldOut).toEqual(whole.heldOut);
      expect(halves.facts.split).toBe(whole.facts.split);
    }),
  );
});
