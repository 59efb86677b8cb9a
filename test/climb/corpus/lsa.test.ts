import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { assignVectors } from '../../../climb/corpus/assign.ts';
import { fitClusters, startsFor } from '../../../climb/corpus/cluster.ts';
import { countTogether, normalisedMutualInformation, type Contingency } from '../../../climb/corpus/contingency.ts';
import { fitLsa, projectLsa } from '../../../climb/corpus/lsa.ts';
import { stream } from '../../../climb/random.ts';
import { countFeatures } from '../../../climb/corpus/text-features.ts';

const topics = ['whale ship harpoon sea captain', 'bread oven flour butter yeast', 'court judge law appeal jury'];
const texts = Array.from({ length: 60 }, (_, i) => {
  const draws = stream(i, ['text']);
  const words = topics[i % 3]!.split(' ');
  return Array.from({ length: 12 }, () => words[draws.integer(5)]).join(' ');
});
const model = fitLsa({ counts: countFeatures(texts), dimensions: 3, seed: 1 });
const vectors = projectLsa(countFeatures(texts), model);
const cosine = (i: number, j: number) =>
  [0, 1, 2].reduce((sum, d) => sum + vectors[i * 3 + d]! * vectors[j * 3 + d]!, 0);

test('vectors have unit length', () => {
  for (let i = 0; i < texts.length; i++) expect(cosine(i, i)).toBeCloseTo(1, 5);
});

test('texts on one topic point one way, texts on others another', () => {
  for (let i = 3; i < texts.length; i++) {
    expect(cosine(i, i % 3)).toBeGreaterThan(0.9);
    expect(Math.abs(cosine(i, (i + 1) % 3))).toBeLessThan(0.1);
  }
});

test('a document gets the same bits alone as among others', () => {
  expect(projectLsa(countFeatures(texts.slice(7, 8)), model)).toEqual(vectors.slice(21, 24));
});

test('a document without a known word is the zero vector, not NaN', () => {
  expect(projectLsa(countFeatures(['12 34', 'zyzzyva']), model)).toEqual(new Float32Array(6));
});

test('fewer dimensions than asked for when the sample has no more', () => {
  expect(
    fitLsa({ counts: countFeatures(['whale ship', 'oven', 'whale ship']), dimensions: 128, seed: 1 }).dimensions,
  ).toBe(2);
  expect(fitLsa({ counts: countFeatures(['1', '2']), dimensions: 128, seed: 1 }).dimensions).toBe(0);
});

const corpus = fileURLToPath(new URL('../../../../shared/data/corpus', import.meta.url));
const onCorpus = existsSync(corpus) ? test : test.skip;

// Seconds, since it is the real thing: 2,851 documents, 31 MB of text.
onCorpus(
  '26 labelled domains come back as 26 clusters',
  () => {
    const documents = readdirSync(corpus)
      .filter((name) => name.endsWith('.gz'))
      .sort()
      .flatMap((name) => {
        const lines = gunzipSync(readFileSync(`${corpus}/${name}`))
          .toString('utf8')
          .split('\n', 120);
        return lines
          .filter((line) => line !== '')
          .map((line) => ({ label: name, text: (JSON.parse(line) as { text: string }).text }));
      });
    const counts = countFeatures(documents.map(({ text }) => text));
    const { dimensions, ...rest } = fitLsa({ counts, dimensions: 128, seed: 1 });
    const sample = projectLsa(counts, { dimensions, ...rest });
    const fits = Array.from({ length: startsFor(26) }, (_, start) =>
      fitClusters({ sample, dimensions, k: 26, seed: 1, start }),
    );
    const { centroids } = fits.reduce((a, b) => (b.inertia < a.inertia ? b : a));
    const { clusters } = assignVectors({ vectors: sample, centroids, dimensions });
    const together: Contingency = new Map();
    documents.forEach(({ label }, at) => countTogether(together, label, clusters[at]!));
    expect(normalisedMutualInformation(together)).toBeGreaterThan(0.84);
  },
  60_000,
);
