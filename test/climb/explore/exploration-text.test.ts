import { expect, test } from '@jest/globals';
import { clusterLines, explorationTable } from '../../../climb/explore/exploration-text.ts';
import { figuresOf, type FoundRow } from '../../../climb/explore/exploration.ts';
import { madeExploration } from './made-exploration.ts';

test('the table of all settings', () => {
  expect(explorationTable(madeExploration())).toBe(
    [
      '    K  merge            clusters  largest  smallest   share  dropped    NMI  quality',
      '   32  ward to 8               8    2,056       776  19.9 %      118  0.800     3.16',
      '   32  ward within 0.5        24    1,481       154  14.3 %      118  0.800     3.20',
      '*  64  ward to 8               8    2,409     1,138  18.5 %       61  0.800     3.17',
      '   64  ward within 0.5        40    1,426        95  10.9 %       61  0.800     3.22',
      '   64  ward within 2           –        –         –       –        –      –        –',
      '',
      '* as the search file has it',
      'K 64, ward within 2: one cluster is left of 64; try a smaller threshold',
    ].join('\n'),
  );
});

test('without labels and quality their columns are not there', () => {
  const exploration = madeExploration({}, false);
  const rows = exploration.rows.map((row) =>
    'figures' in row ? { ...row, figures: { ...row.figures, nmi: null } } : row,
  );
  const [head] = explorationTable({ ...exploration, rows }).split('\n');
  expect(head?.trim().split(/\s+/)).toEqual(['K', 'merge', 'clusters', 'largest', 'smallest', 'share']);
});

test('the clusters of a row, their quality, how a typical document begins, and what was dropped', () => {
  const { rows, axes } = madeExploration();
  const lines = clusterLines(rows[2] as FoundRow, axes).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'cluster  documents   share     tokens  repetition  line ends  terms',
    'c0000        2,409  18.5 %  2,409,000        1.00       3.00  whale, ship, sea, captain',
    '         It begins with whale and ship and sea and captain and bread and oven and flour and butter.',
  ]);
  expect(lines.slice(-2)).toEqual([
    'dropped: 1 cluster of K with 61 documents',
    '  61  repetition 0.82 < 3; line ends 2.10 < 3  (click, here, buy)',
  ]);
});

test('text of documents steers no terminal', () => {
  const { rows, axes } = madeExploration();
  const row = rows[2] as FoundRow;
  const hostile = 'a\u001b[2J\u202eb\r\nc';
  const clusters = row.clusters.map((cluster) => ({ ...cluster, label: hostile, examples: [hostile] }));
  const dropped = row.dropped.map((one) => ({ ...one, terms: [hostile], reasons: [hostile] }));
  expect(clusterLines({ ...row, clusters, dropped }, axes)).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
});

test('figures: quality weighs documents that an axis applies to, the mean of the axes weighs none', () => {
  const [cluster] = (madeExploration().rows[2] as FoundRow).clusters;
  const sized = (documents: number, a: number | null, b: number) => ({
    ...cluster!,
    documents,
    quality: { a: { mean: a, documents: a === null ? 0 : documents }, b: { mean: b, documents } },
  });
  const clusters = [sized(30, 1, 2), sized(10, 5, 2), sized(60, null, 4)];
  expect(figuresOf({ clusters, dropped: [] }, null, ['a', 'b'])).toEqual({
    clusters: 3,
    largest: 60,
    smallest: 10,
    largestShare: 0.6,
    droppedClusters: 0,
    droppedDocuments: 0,
    nmi: null,
    quality: { a: 2, b: 3.2 },
    meanQuality: 2.6,
  });
});
