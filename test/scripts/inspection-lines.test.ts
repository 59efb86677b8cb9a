import { expect, test } from '@jest/globals';
import { inspectionLines, unlabelledLines } from '../../scripts/inspection-lines.ts';
import { madeSource } from '../adapters/made-corpus.ts';

const source = (labelField: string | null) => madeSource('a.jsonl', { rules: { labelField } });
const firstBad = { file: 'a.jsonl', line: 1200, reason: 'not JSON' };

test('a corpus without faults says nothing', () => {
  expect(inspectionLines({ records: 100, bad: 0, firstBad: null, unlabelled: [] }, [source('topic')])).toEqual([]);
});

test('bad records are counted and the first is named; many of them are a warning', () => {
  const few = inspectionLines({ records: 100, bad: 1, firstBad, unlabelled: [] }, [source(null)]);
  expect(few).toEqual([
    '1 bad of the 100 records looked at, at the beginnings of the files; the first: a.jsonl line 1,200: not JSON. Bad records are skipped.',
  ]);
  const [many] = inspectionLines({ records: 100, bad: 11, firstBad, unlabelled: [] }, [source(null)]);
  expect(many).toMatch(/^warning: 11 bad of the 100 records/);
});

test('a label field that no document has, once for all of its sources', () => {
  const sources = [source('topic'), source('topic'), source('kind'), source(null)];
  expect(unlabelledLines(sources, [0, 1, 3])).toEqual([
    expect.stringMatching(/^warning: no document looked at has a name in the field "topic" \(labelField\)/),
  ]);
  expect(inspectionLines({ records: 9, bad: 0, firstBad: null, unlabelled: [2] }, sources)).toEqual([
    expect.stringContaining('"kind"'),
  ]);
});
