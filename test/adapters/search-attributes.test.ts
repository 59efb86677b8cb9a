import { expect, test } from '@jest/globals';
import type { NativeConnection } from '@temporalio/worker';
import { knownSearchAttributes } from '../../adapters/search-attributes.ts';

type Connection = Parameters<typeof knownSearchAttributes>[0];
const connection = (list: (request: { namespace: string }) => Promise<unknown>) =>
  ({ operatorService: { listSearchAttributes: list } }) as unknown as Pick<
    NativeConnection,
    'operatorService'
  > satisfies Connection;

test('names of the namespace, sorted', async () => {
  const asked: unknown[] = [];
  const names = await knownSearchAttributes(
    connection((request) => {
      asked.push(request);
      return Promise.resolve({
        customAttributes: { ClimbPhase: 2, ClimbBestScore: 3 },
        systemAttributes: { RunId: 2 },
      });
    }),
    'research',
  );
  expect(names).toEqual(['ClimbBestScore', 'ClimbPhase']);
  expect(asked).toEqual([{ namespace: 'research' }]);
});

test('a server that will not say has none: a search works without', async () => {
  expect(
    await knownSearchAttributes(
      connection(() => Promise.reject(new Error('permission denied'))),
      'default',
    ),
  ).toEqual([]);
});
