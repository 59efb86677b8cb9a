import { expect, test } from '@jest/globals';
import { orderedTurns } from '../../activities/ordered-turns.ts';

/** A promise and what settles it. */
function open<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

test('results are taken in the order in which work began, whichever ends first', async () => {
  const inTurn = orderedTurns();
  const works = [open<number>(), open<number>(), open<number>()];
  const taken: number[] = [];
  const turns = works.map(({ promise }) => inTurn(promise, (result) => taken.push(result)));
  works[2]!.resolve(2);
  works[1]!.resolve(1);
  await Promise.resolve();
  expect(taken).toEqual([]);
  works[0]!.resolve(0);
  await Promise.all(turns);
  expect(taken).toEqual([0, 1, 2]);
});

test('work that fails fails its own turn, and holds up none behind it', async () => {
  const inTurn = orderedTurns();
  const [first, second] = [open<number>(), open<number>()];
  const taken: number[] = [];
  const turns = [first, second].map(({ promise }) => inTurn(promise, (result) => taken.push(result)));
  first.reject(new Error('lost'));
  second.resolve(1);
  await expect(turns[0]).rejects.toThrow('lost');
  await turns[1];
  expect(taken).toEqual([1]);
});
