import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { filterShard } from '../../../climb/corpus/filter-shard.ts';

const encoder = new TextEncoder();

test('the documents that stay keep their bytes, vectors and rows', () => {
  const documents = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.boolean()), { minLength: 1 });
  fc.assert(
    fc.property(documents, (all) => {
      const shardOf = (texts: readonly string[]) =>
        encoder.encode(texts.map((text, id) => `${JSON.stringify({ id: String(id % 3), text })}\n`).join(''));
      const lines = new TextDecoder().decode(shardOf(all.map(([text]) => text))).split(/(?<=\n)/);
      const kept = all.flatMap(([, keep], at) => (keep ? [at] : []));
      const gone = all.flatMap(([text, keep]) => (keep ? [] : [text]));
      const result = filterShard({
        shard: shardOf(all.map(([text]) => text)),
        vectors: Float32Array.from(all.flatMap((_, at) => [at, -at])),
        rows: Uint32Array.from(all, (_, at) => 10 * at),
        drops: Uint32Array.from(all.flatMap(([, keep], at) => (keep ? [] : [at]))),
      });
      expect(new TextDecoder().decode(result.shard)).toBe(kept.map((at) => lines[at]).join(''));
      expect([...result.vectors]).toEqual(kept.flatMap((at) => [at, -at]));
      expect([...result.rows]).toEqual(kept.map((at) => 10 * at));
      expect(result.droppedBytes).toBe(encoder.encode(gone.join('')).length);
    }),
  );
});

test('columns that are not there stay away', () => {
  const shard = encoder.encode('{"text":"a"}\n{"text":"b"}\n');
  const none = { vectors: new Float32Array(), rows: new Uint32Array() };
  expect(filterShard({ shard, ...none, drops: Uint32Array.of(0) })).toMatchObject(none);
});
