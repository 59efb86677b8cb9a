import { expect, test } from '@jest/globals';
import { proxyShape } from '../../../climb/spec/proxy-shape.ts';
import { trunkShape } from '../../../climb/spec/trunk.ts';
import { specOf } from '../made-search.ts';

test('a trunk is a proxy of its own length, in whole steps', () => {
  const { proxy } = specOf({ proxy: { warmStart: { tokens: 2_000_000 } } });
  expect(trunkShape(proxy)).toEqual({ ...proxyShape(proxy), tokens: 1_998_848 });
});

test('there is none to train where none is asked for, or one is there', () => {
  expect(trunkShape(specOf().proxy)).toBeNull();
  expect(trunkShape(specOf({ proxy: { warmStart: { checkpoint: 'a', tokenizer: 'b' } } }).proxy)).toBeNull();
});
