import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNpy } from '../../adapters/npy-file.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'climb-npy-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A file as numpy.save writes it. */
function npy(values: readonly number[], shape: string, { descr = '<f4', order = 'False', version = 1 } = {}): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const prefix = version === 1 ? 10 : 12;
  const header = text.padEnd(Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix - 1) + '\n';
  const start = Buffer.alloc(prefix);
  start.write('\x93NUMPY', 'latin1');
  start[6] = version;
  if (version === 1) start.writeUInt16LE(header.length, 8);
  else start.writeUInt32LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), Buffer.from(Float32Array.from(values).buffer)]);
}

async function opened(content: Buffer) {
  await writeFile(join(root, 'v.npy'), content);
  return openNpy([root], 'v.npy');
}

test.each([1, 2])('rows are read where they are asked for, scaled to unit length (version %i)', async (version) => {
  const matrix = await opened(npy([3, 4, 0, 2, 1, 0, 0, -5], '(4, 2)', { version }));
  expect(matrix).toMatchObject({ rows: 4, dimensions: 2 });
  expect([...(await matrix.read(Uint32Array.of(0, 1, 1, 3)))]).toEqual([
    Math.fround(0.6),
    Math.fround(0.8),
    0,
    1,
    0,
    1,
    0,
    -1,
  ]);
});

test('far more rows than one read holds', async () => {
  const rows = 50_000;
  const matrix = await opened(
    npy(
      Array.from({ length: rows * 128 }, (_, at) => (at % 128 === Math.floor(at / 128) % 128 ? 7 : 0)),
      `(${rows}, 128)`,
    ),
  );
  const wanted = Uint32Array.of(0, 1, 32_767, 32_768, 49_999);
  const vectors = await matrix.read(wanted);
  wanted.forEach((row, at) => expect(vectors.subarray(at * 128, (at + 1) * 128).indexOf(1)).toBe(row % 128));
});

describe('what is refused', () => {
  test.each<[string, Buffer, string]>([
    ['another kind of file', Buffer.from('{"a": 1}, and more of it'), 'another kind of file'],
    ['float64', npy([1, 2], '(1, 1)', { descr: '<f8' }), 'the type <f8'],
    ['big-endian', npy([1], '(1, 1)', { descr: '>f4' }), 'the type >f4'],
    ['Fortran order', npy([1], '(1, 1)', { order: 'True' }), 'Fortran order'],
    ['one axis', npy([1, 2], '(2,)'), 'another number of axes'],
    ['a cut file', npy([1, 2, 3], '(2, 2)'), '12 bytes of data, where 2 × 2 numbers take 16'],
    ['an empty file', Buffer.alloc(0), 'another kind of file'],
  ])('%s', async (_, content, found) => {
    await expect(opened(content)).rejects.toMatchObject({
      name: 'BadCorpus',
      field: 'embedding.path',
      message: expect.stringContaining(`found ${found}`),
    });
  });

  test.each([0, NaN, Infinity])('a row of %p, by its number', async (value) => {
    const matrix = await opened(npy([1, 0, value, 0], '(2, 2)'));
    await expect(matrix.read(Uint32Array.of(0, 1))).rejects.toThrow(/row 1 \(from 0\)/);
  });

  test('a file outside of the roots', async () => {
    await expect(openNpy([root], '/etc/passwd')).rejects.toMatchObject({ name: 'RefusedPath' });
  });
});
