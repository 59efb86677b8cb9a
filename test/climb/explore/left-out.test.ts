import { describe, expect, test } from '@jest/globals';
import { badWarning, firstBad, leftOut } from '../../../climb/explore/left-out.ts';
import { explorationPage } from '../../../climb/explore/page.ts';
import { madeExploration } from './made-exploration.ts';

const { corpus } = madeExploration();
const none = { split: 0, duplicates: 0, nearDuplicates: 0, contaminatedCount: 0, badCount: 0, heldOut: 0, bad: [] };

describe('what is in no cluster', () => {
  test('one, several and none of each', () => {
    const all = { split: 1, duplicates: 1, nearDuplicates: 1, contaminatedCount: 1, badCount: 1, heldOut: 1 };
    expect(leftOut({ ...corpus, ...all })).toEqual([
      '1 bad record skipped',
      '1 exact duplicate dropped',
      '1 near duplicate dropped',
      '1 document with evaluation items dropped',
      '1 document held out',
      '1 document split at the length cap',
    ]);
    const many = { split: 2, duplicates: 2345, nearDuplicates: 2, contaminatedCount: 2, badCount: 2, heldOut: 2 };
    expect(leftOut({ ...corpus, ...many })).toEqual([
      '2 bad records skipped',
      '2,345 exact duplicates dropped',
      '2 near duplicates dropped',
      '2 documents with evaluation items dropped',
      '2 documents held out',
      '2 documents split at the length cap',
    ]);
    expect(leftOut({ ...corpus, ...none })).toEqual([]);
  });

  test('the first three bad records by file and line, on one line whatever a file is called', () => {
    const bad = [1, 2, 3000, 4].map((line) => ({ file: 'a\u001b[2J\n.jsonl', line, reason: 'no field "text"' }));
    expect(firstBad({ bad })).toEqual([
      'a [2J .jsonl line 1: no field "text"',
      'a [2J .jsonl line 2: no field "text"',
      'a [2J .jsonl line 3,000: no field "text"',
    ]);
  });

  test('more than a tenth of bad records is a warning', () => {
    expect(badWarning({ records: 100, badCount: 10 })).toBeUndefined();
    expect(badWarning({ records: 0, badCount: 0 })).toBeUndefined();
    expect(badWarning({ records: 1000, badCount: 101 })).toMatch(
      /^warning: 101 of 1,000 records \(10\.1 %\) are bad and in no cluster\. Try: corpus\.textField/,
    );
  });

  test('stands on the page', () => {
    const page = explorationPage(madeExploration());
    expect(page).toContain('1 bad record skipped · 12 exact duplicates dropped · 3 documents with evaluation items');
    expect(page).toContain('<p class="facts bad">a.jsonl line 1,203: not JSON</p>');
    expect(page).not.toContain('warning: ');
    const mostlyBad = explorationPage(madeExploration({ corpus: { ...corpus, records: 10, badCount: 9 } }));
    expect(mostlyBad).toContain('<p class="warning">warning: 9 of 10 records (90.0 %) are bad');
  });
});
