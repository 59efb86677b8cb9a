import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutBlocks, type CorpusBlock } from '../../adapters/corpus-blocks.ts';
import type { RawLine } from '../../adapters/line-splitter.ts';

async function blocksOf(batches: readonly (readonly RawLine[])[], limit: number): Promise<CorpusBlock[]> {
  async function* stream() {
    for (const batch of batches) yield await Promise.resolve(batch);
  }
  const blocks: CorpusBlock[] = [];
  for await (const block of cutBlocks(stream(), limit)) blocks.push(block);
  return blocks;
}
const bytes = (text: string) => Buffer.from(text);
const shown = (blocks: readonly CorpusBlock[]) =>
  blocks.map((block) => [block.firstLine, Buffer.from(block.bytes).toString()]);

test('a line that would not fit begins the next block; only a single line is larger than the limit', async () => {
  const lines = ['aa', 'bb', 'cc', '', 'longer than a block', 'd'].map(bytes);
  expect(shown(await blocksOf([lines], 6))).toEqual([
    [1, 'aa\nbb\n'],
    [3, 'cc\n\n'],
    [5, 'longer than a block\n'],
    [6, 'd\n'],
  ]);
});

test('a line that can’t be read stands there empty, with its number and reason', async () => {
  const blocks = await blocksOf(
    [
      [bytes('a'), { bad: 'too long' }],
      [bytes('b'), { bad: 'worse' }],
    ],
    3,
  );
  expect(shown(blocks)).toEqual([
    [1, 'a\n\n'],
    [3, 'b\n\n'],
  ]);
  expect(blocks.map(({ bad }) => bad)).toEqual([[{ line: 2, reason: 'too long' }], [{ line: 4, reason: 'worse' }]]);
});

test('no line, no block', async () => {
  expect(await blocksOf([[], []], 10)).toEqual([]);
});

test('blocks hold all lines in their order and depend on them alone, not on how they came', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.stringMatching(/^[a-z]{0,9}$/), { maxLength: 6 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 30 }),
      async (batches, limit) => {
        const blocks = await blocksOf(
          batches.map((batch) => batch.map(bytes)),
          limit,
        );
        const lines = batches.flat();
        expect(shown(blocks)).toEqual(shown(await blocksOf([lines.map(bytes)], limit)));
        expect(blocks.map((block) => Buffer.from(block.bytes).toString()).join('')).toBe(
          lines.map((line) => `${line}\n`).join(''),
        );
        for (const block of blocks) {
          const held = Buffer.from(block.bytes).toString().split('\n').length - 1;
          expect(block.bytes.length <= limit || held === 1).toBe(true);
        }
      },
    ),
  );
});
