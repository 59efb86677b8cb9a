import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { labelClusters } from '../../../climb/corpus/cluster-labels.ts';

const sea = ['The whale dived. Whale oil!', 'A ship and a whale', 'the ship sank'];
const kitchen = ['Bread and butter', 'fresh bread from the oven', 'butter in the oven'];

test('the words that tell a cluster apart come first', () => {
  const [first, second] = labelClusters({ map: [0, 1], sizes: [30, 30], samples: [sea, kitchen] });
  expect(first?.terms.slice(0, 2)).toEqual(['ship', 'whale']);
  expect(second?.terms.slice(0, 3)).toEqual(['bread', 'butter', 'oven']);
  expect(first?.examples).toEqual(sea);
});

test('a merged cluster speaks for its larger part', () => {
  const [merged] = labelClusters({ map: [0, 0, 1], sizes: [90, 10, 50], samples: [sea, kitchen, ['law', 'court']] });
  expect(merged?.terms[0]).toBe('ship');
});

test('words that all clusters share describe none', () => {
  const samples = [['common rare'], ['common other']];
  expect(labelClusters({ map: [0, 1], sizes: [1, 1], samples })[0]?.terms).toEqual(['rare', 'common']);
});

test('an example is one short line of whole characters, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const [label] = labelClusters({ map: [0], sizes: [1], samples: [[text]] });
      const [example] = label!.examples;
      expect(example).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      expect([...example!].length).toBeLessThanOrEqual(160);
    }),
  );
  const [label] = labelClusters({ map: [0], sizes: [1], samples: [[`a\r\n\u202eb\u0000 ${'😀'.repeat(300)}`]] });
  expect(label?.examples[0]).toMatch(/^a b (😀){155}…$/u);
});
