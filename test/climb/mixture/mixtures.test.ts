import { expect, test } from '@jest/globals';
import { proxyId } from '../../../climb/mixture/mixtures.ts';

test('a proxy is named by iteration and place, and sorts as it counts', () => {
  expect(proxyId(2, 3)).toBe('i2-p003');
  const ids = Array.from({ length: 999 }, (_, at) => proxyId(1, at + 1));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set([proxyId(1, 11), proxyId(11, 1), proxyId(1, 1)]).size).toBe(3);
});
