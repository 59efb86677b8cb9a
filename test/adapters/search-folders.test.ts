import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SearchFolders } from '../../adapters/search-folders.ts';
import { filesBelow, scratch } from './scratch.ts';

const folder = scratch();
const searches = new SearchFolders(join(folder, 'searches'));

test.each([
  'my-search',
  '../x',
  'a/b',
  '.',
  '..',
  '...',
  '/etc/passwd',
  'a\\b',
  'a b',
  '%2e%2e',
  '..%2F',
  'C:',
  '-rf',
  'ü',
  'a\0b',
  '\n',
  'x'.repeat(1000),
  '數'.repeat(1000),
])('the search %j has one folder, right below the root', async (search) => {
  const path = await searches.write(search, 'recipe.json', search);
  expect(dirname(dirname(path))).toBe(join(folder, 'searches'));
  expect(await readFile(path, 'utf8')).toBe(search);
});

test('nothing is written anywhere else', async () => {
  const files = await filesBelow(folder);
  expect(files.every((file) => /^searches\/[^/]+\/recipe\.json$/.test(file))).toBe(true);
});

test('two searches never share a folder', () => {
  const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1000 });
  fc.assert(
    fc.property(id, id, fc.nat(300), (one, end, length) => {
      // Long names with a common beginning too.
      const other = [...one.repeat(50)].slice(0, length).join('') + end;
      fc.pre(one !== other);
      expect(searches.path(one, 'f')).not.toBe(searches.path(other, 'f'));
    }),
  );
});

test('a snapshot lies in a folder of its own beside the recipe, and is replaced as a whole', async () => {
  const path = await searches.write('again', 'iterations/1.json', 'old');
  expect(await searches.write('again', 'iterations/1.json', 'new')).toBe(path);
  expect(await readFile(path, 'utf8')).toBe('new');
});

test('a folder with a shortened name goes by its recipe, and by nothing where that is cut or odd', async () => {
  const others = new SearchFolders(join(folder, 'listed'));
  const id = 'x'.repeat(1000);
  const path = await others.write(id, 'recipe.json', JSON.stringify({ run: { search: id } }));
  await others.write('b', 'domain-set.json', '{}');
  expect(await others.list()).toEqual(['b', id]);
  for (const text of ['', '{"run": {"sear', 'null', '{"run": {"search": 7}}']) {
    await writeFile(path, text);
    expect(await others.list()).toEqual(['b']);
  }
  await rename(path, `${path}.gone`);
  expect(await others.list()).toEqual(['b']);
});
