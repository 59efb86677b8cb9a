import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  charactersEach,
  contingencyOf,
  documentsToSample,
  JoinedSurvey,
} from '../../../climb/corpus/cluster-survey.ts';
import { mostLabels } from '../../../climb/corpus/contingency.ts';
import { surveyShard } from '../../../climb/corpus/shard-survey.ts';

type Document = { text: string; label?: string };
const shardOf = (documents: readonly Document[]) =>
  Buffer.from(documents.map((document, at) => `${JSON.stringify({ id: String(at), ...document })}\n`).join(''));
const survey = (documents: readonly Document[], clusters: readonly number[], k: number, keep: readonly number[] = []) =>
  surveyShard({
    shard: shardOf(documents),
    clusters: Uint16Array.from(clusters),
    k,
    keep: Uint32Array.from(keep),
    characters: 5,
  });

test('a shard is sums by cluster, whatever the number of documents, and beginnings of the texts asked for', () => {
  const documents = [
    { text: 'wörter', label: 'x' },
    { text: 'abc' },
    { text: 'de', label: 'x' },
    { text: 'f', label: 'y' },
  ];
  expect(survey(documents, [2, 0, 2, 0], 3, [0, 2])).toEqual({
    bytes: Float64Array.of(4, 0, 9),
    labels: new Map([
      ['x', new Map([[2, 2]])],
      ['y', new Map([[0, 1]])],
    ]),
    texts: ['wörte', 'de'],
  });
});

test('surveys of parts joined are the survey of the whole', () => {
  const made = fc.array(fc.record({ cluster: fc.nat(3), text: fc.string(), label: fc.constantFrom('x', 'y', 'z') }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(made, fc.nat(12), (given, cut) => {
      const joined = (parts: (typeof given)[]) => {
        const all = new JoinedSurvey(4);
        for (const part of parts) {
          const clusters = part.map(({ cluster }) => cluster);
          const documents = part.map(({ text, label }) => ({ text, label }));
          all.add(survey(documents, clusters, 4, [...part.keys()]), clusters);
        }
        const { labels, ...rest } = all.finished();
        return { ...rest, labels: contingencyOf(labels ?? []) };
      };
      expect(joined([given.slice(0, cut), given.slice(cut)])).toEqual(joined([given]));
    }),
  );
});

test('so many labels that they can be no domains are none, and don’t fill memory', () => {
  const documents = Array.from({ length: 3 * mostLabels }, (_, at) => ({ text: 'a', label: `label ${at}` }));
  const found = survey(
    documents,
    documents.map(() => 0),
    1,
  );
  expect(found.labels.size).toBe(mostLabels + 1);
  const joined = new JoinedSurvey(1);
  joined.add(found, []);
  expect(joined.finished().labels).toBeNull();
  expect(new JoinedSurvey(1).finished().labels).toBeNull();
});

test('every cluster has its share of the sample, none more than it has documents', () => {
  const clusters = fc.array(fc.nat(5), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(clusters, fc.nat(100), (assignment, seed) => {
      const sizes = Array.from({ length: 6 }, (_, cluster) => assignment.filter((other) => other === cluster).length);
      const sample = documentsToSample(Uint16Array.from(assignment), sizes, seed);
      // 4,096 in all are more than these clusters have.
      expect([...sample]).toEqual([...assignment.keys()]);
    }),
  );
  const assignment = Uint16Array.from({ length: 60_000 }, (_, at) => (at % 10 === 0 ? 1 : 0));
  const sample = documentsToSample(assignment, [54_000, 6_000], 1);
  expect([...sample]).toEqual([...sample].sort((a, b) => a - b));
  expect(new Set(sample).size).toBe(4_096);
  expect(sample.filter((at) => assignment[at] === 1)).toHaveLength(2_048);
});

test('the texts looked at are bounded, however many clusters there are', () => {
  expect(charactersEach(4_096)).toBe(3_907);
  expect(charactersEach(100)).toBe(4_000);
  expect(4 * 65_534 * charactersEach(4 * 65_534)).toBeLessThan(17e6);
});
