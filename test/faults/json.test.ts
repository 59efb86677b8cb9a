/** Row 34 of the fault matrix: JSON that objects swallow, that stacks don't hold, that numbers don't keep, or that parsers hide. */
import { describe, expect, test } from '@jest/globals';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { CorpusReader } from '../../adapters/corpus-reader.ts';
import { TaskItems } from '../../adapters/task-items.ts';
import { TaskLibrary } from '../../adapters/task-library.ts';
import { parseMessage } from '../../climb/spec/messages.ts';
import { parseSearchFile } from '../../climb/spec/search-rules.ts';
import { readSearchFile } from '../../scripts/read-search-file.ts';
import { madeSource, textsOf } from '../adapters/made-corpus.ts';
import { place, scratch } from '../adapters/scratch.ts';

const folder = realpathSync(scratch());
const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

async function readText(text: string): Promise<unknown> {
  return readSearchFile(await place(join(folder, 'search.json'), text));
}
const fine = '{"version": 1, "corpus": {"path": "corpus"}, "budget": {"proxies": 40}}';
const with_ = (field: string) => fine.replace('{', `{${field}, `);

describe('row 34: a search file', () => {
  test('row 34: is read where nothing is wrong with it', async () => {
    expect(await readText(fine)).toMatchObject({ version: 1 });
  });

  test.each([
    ['a key __proto__', with_('"__proto__": {"seed": 3}'), '__proto__: '],
    [
      'a key __proto__ among names',
      with_('"constraints": {"bounds": {"__proto__": {"lower": 0.5}}}'),
      'bounds.__proto__: ',
    ],
    ['a key constructor', with_('"constructor": {}'), 'constructor: unknown field'],
    ['2^53 + 1', with_('"seed": 9007199254740993'), 'seed: 9007199254740993 is beyond 2^53'],
    ['a number that is infinite', with_('"seed": 1e999'), 'seed: 1e999 is more than a number can be'],
    ['a key that stands twice', with_('"version": 1'), 'version: stands there twice'],
    [
      'a key that stands twice further in',
      with_('"verify": {"seeds": 2, "seeds": 3}'),
      'verify.seeds: stands there twice',
    ],
    ['a key that stands twice, escaped', with_('"vers\\u0069on": 1'), 'version: stands there twice'],
    ['nesting of 100,000 levels', with_(`"budget2": ${deep(100_000)}`), 'nested deeper than 64 levels'],
    ['a byte order mark', `\ufeff${fine}`, 'begins with a byte order mark'],
    ['a file cut short', fine.slice(0, -1), "isn't JSON"],
    ['NaN', with_('"seed": NaN'), "isn't JSON"],
  ])('row 34: %s is named by the command that checks it', async (_, text, says) => {
    await expect(readText(text)).rejects.toThrow(says);
  });

  test('row 34: what a parser lets through is refused by the workflow too, and changes no other object', () => {
    const file = JSON.parse(with_(`"__proto__": {"polluted": 1}, "deep": ${deep(100_000)}`)) as unknown;
    expect(() => parseSearchFile(file, 0)).toThrow('__proto__');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

test('row 34: a message with a key __proto__, of any depth, or with 2^53 + 1 is refused', () => {
  for (const [text, says] of [
    ['{"proxies": 20, "__proto__": {"deviceHours": 1}}', '__proto__'],
    [`{"proxies": 20, "more": ${deep(100_000)}}`, 'more'],
    ['{"proxies": 9007199254740993}', 'proxies'],
  ] as const) {
    expect(() => parseMessage('setBudget', JSON.parse(text))).toThrow(says);
  }
});

test('row 34: such a document is skipped and counted or read, and none reaches another', async () => {
  const lines = [
    '{"text": "one", "__proto__": {"text": "polluted"}}',
    '{"__proto__": {"text": "two"}}',
    `{"text": "three", "more": ${deep(100_000)}}`,
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    '{"text": "four", "id": 9007199254740993}',
    '{"text": "five", "text": "six"}',
  ];
  await place(join(folder, 'root/odd.jsonl'), `${lines.join('\n')}\n`);
  const found = await textsOf(new CorpusReader([join(folder, 'root')]), madeSource('odd.jsonl'));
  expect(found.filter((text) => !/^\d+: /.test(text))).toEqual(['one', 'three', 'four', 'six']);
  expect(found.filter((text) => /^\d+: /.test(text)).map((text) => text.split(':')[0])).toEqual(['2', '4']);
  expect(({} as { text?: string }).text).toBeUndefined();
});

test('row 34: an item of a task is read whole or named with its line', async () => {
  const items = new TaskItems(new TaskLibrary(join(folder, 'none')), [join(folder, 'root')]);
  const item = (more: string) => `{"query": "q", "choices": ["a", "b"], "gold": 0${more}}\n`;
  const read = async (text: string) => {
    await place(join(folder, 'root/items.jsonl'), text);
    return items.items({ name: 'own', path: 'items.jsonl', split: 'test', metric: 'bitsPerByte', weight: 1 });
  };
  expect(await read(item(`, "more": ${deep(100_000)}`) + item(''))).toHaveLength(2);
  await expect(read(item('') + item(', "__proto__": {"gold": 1}'))).rejects.toThrow('line 2: __proto__');
  await expect(read(item('').replace('0', '9007199254740993'))).rejects.toThrow('gold');
});
