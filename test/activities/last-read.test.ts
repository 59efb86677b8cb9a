import { expect, test } from '@jest/globals';
import { lastRead } from '../../activities/train/last-read.ts';

const ref = (name: string) => ({ sha256: name.repeat(64), bytes: 1 });

test('the same artifact is read once, also by two at once, until another is asked for', async () => {
  const reads: string[] = [];
  const read = lastRead(({ sha256 }) => Promise.resolve(reads.push(sha256[0]!)));
  expect(await Promise.all([read(ref('a')), read(ref('a'))])).toEqual([1, 1]);
  expect(await read(ref('b'))).toBe(2);
  expect(await read(ref('b'))).toBe(2);
  expect(await read(ref('a'))).toBe(3);
  expect(reads).toEqual(['a', 'b', 'a']);
});

test('what could not be read is read again', async () => {
  let broken = true;
  const read = lastRead(() => (broken ? Promise.reject(new Error('gone')) : Promise.resolve('whole')));
  await expect(read(ref('a'))).rejects.toThrow('gone');
  broken = false;
  expect(await read(ref('a'))).toBe('whole');
});
