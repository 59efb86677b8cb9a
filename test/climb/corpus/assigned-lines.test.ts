import { expect, test } from '@jest/globals';
import { assignedLines } from '../../../climb/corpus/assigned-lines.ts';

const documents = [
  { id: 'a', text: 'été', domain: 'sea' },
  { id: 'b "quoted"', text: 'two', domain: 'law' },
  { id: 'c', text: 'three', domain: 'sky' },
  { id: 'd', text: 'four' },
];
const common = {
  shard: new TextEncoder().encode(documents.map((document) => `${JSON.stringify(document)}\n`).join('')),
  lines: Uint32Array.of(1, 2, 2, 70_000),
  map: [1, null, 0],
  names: ['c0000', 'c0001'],
};
const read = ({ lines }: { lines: Uint8Array }) => new TextDecoder().decode(lines);

test('each document has its line, its id and where its first cluster was merged to; a pruned one has none', () => {
  const made = assignedLines({ ...common, initial: { clusters: Uint16Array.of(0, 1, 2, 2) } });
  expect(read(made)).toBe(
    [
      '{"line":1,"id":"a","cluster":"c0001"}\n',
      '{"line":2,"id":"b \\"quoted\\"","cluster":null}\n',
      '{"line":2,"id":"c","cluster":"c0000"}\n',
      '{"line":70000,"id":"d","cluster":"c0000"}\n',
    ].join(''),
  );
  expect(made).toMatchObject({ documents: [2, 1], bytes: [9, 5], unassigned: 1 });
});

test('known domains are found by their names; a dropped one, an unknown one and a missing one have no cluster', () => {
  const made = assignedLines({ ...common, initial: { values: ['sea', 'sky', 'oven'] } });
  expect(
    read(made)
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { cluster: unknown }).cluster),
  ).toEqual(['c0001', null, null, null]);
  expect(made).toMatchObject({ documents: [0, 1], unassigned: 3 });
});

test('no documents are no lines', () => {
  const none = {
    ...common,
    shard: new Uint8Array(),
    lines: new Uint32Array(),
    initial: { clusters: new Uint16Array() },
  };
  expect(assignedLines(none)).toEqual({ lines: new Uint8Array(), documents: [0, 0], bytes: [0, 0], unassigned: 0 });
});
