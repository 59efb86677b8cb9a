import { expect, test } from '@jest/globals';
import { settingsToExplore, type Wanted } from '../../../climb/explore/settings.ts';
import { mergeWords } from '../../../climb/explore/exploration-text.ts';
import type { SearchFile } from '../../../climb/spec/search-file.ts';
import { specOf } from '../made-search.ts';

function settings(clusters: SearchFile['clusters'], size: { own: number; documents: number }, wanted: Wanted = {}) {
  const found = settingsToExplore(specOf({ clusters }).clusters, size, wanted);
  return found.map(({ k, merge, own }) => `${k} ${mergeWords(merge)}${own ? ' *' : ''}`);
}
const merge = (more: object) => ({ merge: { ...more } });

test('unasked: K, its half and its double; the target, and the usual thresholds', () => {
  const each = (k: number) => [`${k} to 16`, ...[0.5, 0.75, 1, 1.25, 1.5].map((at) => `${k} within ${at}`)];
  const found = settings({ initial: 64, merge: { target: 16 } }, { own: 64, documents: 15_000 });
  expect(found.map((row) => row.replace(' *', ''))).toEqual([32, 64, 128].flatMap(each));
  expect(found.filter((row) => row.endsWith('*'))).toEqual(['64 to 16 *']);
});

test('no double where clusters would hold too few documents, no half below the target', () => {
  const ks = (documents: number, target: number) =>
    new Set(settings(merge({ target }), { own: 64, documents }).map((row) => Number(row.split(' ')[0])));
  expect([...ks(2000, 16)]).toEqual([32, 64]);
  expect([...ks(15_000, 48)]).toEqual([64, 128]);
});

test('what is asked for, and always the setting of the file', () => {
  expect(settings(merge({ threshold: 0.9 }), { own: 64, documents: 999 }, { k: [30], targets: [8, 40] })).toEqual([
    '30 to 8',
    '30 within 0.9',
    '64 to 8',
    '64 to 40',
    '64 within 0.9 *',
  ]);
  expect(settings(merge({ target: 16 }), { own: 64, documents: 999 }, { k: [64], thresholds: [1, 0.5, 1] })).toEqual([
    '64 to 16 *',
    '64 within 0.5',
    '64 within 1',
  ]);
});
