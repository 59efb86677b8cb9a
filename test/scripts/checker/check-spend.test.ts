/** What proxies cost: I1 and I2 are broken on purpose, and the checker must say so. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSearch } from '../../../scripts/checker/check-search.ts';
import { scratch } from '../../adapters/scratch.ts';
import { soundSearch, type MadeSearch } from './made-search.ts';

const root = scratch();
let made: MadeSearch;
let homes = 0;

beforeEach(async () => {
  made = await soundSearch(join(root, `home-${homes++}`));
});

const found = async () => checkSearch(await made.evidence());

describe('I1, one result and one charge', () => {
  test('a second result', async () => {
    await made.proxy('i1-p002');
    expect(await found()).toEqual(['I1: i1-p002 has 2 results', 'I1: i1-p002 was paid 2 times']);
  });

  test('scores for other tasks are no second result, weights that broke are trained anew', async () => {
    made.activity('evaluateProxies', 'retask', { members: [{ id: 'i1-p001' }], tasks: ['u'] }, { members: [] });
    made.train('i1-p003', null);
    await made.write('ledger/proxy/i1-p003.json', '{}');
    made.recipe.run.charged.proxies = 3;
    made.recipe.run.charged.trainTokens = 300;
    Object.assign(made.recipe.spec.budget, { proxies: 3, trainTokens: 300 });
    expect(await found()).toEqual([]);
  });

  test('what a branch scores of its parent is none of its own', async () => {
    made.activity('evaluateProxies', 'retask', { members: [{ id: 'i0-p009' }], tasks: ['u'] }, { members: [] });
    expect(await found()).toEqual([]);
  });

  test('a charge too many or too few', async () => {
    made.recipe.run.charged.proxies = 3;
    expect(await found()).toEqual(['I1: 2 proxies were accepted, 3 were charged']);
  });

  test('one that the ledger does not know', async () => {
    await rm(join(made.home, 'ledger/proxy/i1-p001.json'));
    expect(await found()).toEqual([expect.stringContaining("I1: i1-p001 isn't in the ledger")]);
  });
});

describe('I2, within the budget', () => {
  test('a proxy, or its tokens, too many', async () => {
    await made.proxy('i1-p003');
    made.recipe.run.charged = { proxies: 3, trainTokens: 300 };
    expect(await found()).toEqual([
      'I2: i1-p003 is begun as proxy 3 of 2',
      'I2: i1-p003 is begun at 300 tokens of 200',
    ]);
  });

  test('a raised budget has room, one that was refused as a whole has not, one that fell stops what comes', async () => {
    made.signal('setBudget', { proxies: 3, trainTokens: 300 });
    await made.proxy('i1-p003');
    made.recipe.run.charged = { proxies: 3, trainTokens: 300 };
    expect(await found()).toEqual([]);
    made.signal('setBudget', { proxies: 9, oops: 1 });
    made.signal('setBudget', { proxies: 9, money: { limit: -1 } });
    made.signal('setBudget', { proxies: 9, concurrency: 2001 });
    made.signal('setBudget', { trainTokens: 900.5 });
    made.signal('setBudget', { proxies: 1 });
    made.train('i1-p004', {});
    expect(await found()).toEqual([
      'I2: i1-p004 is begun as proxy 4 of 1',
      'I2: i1-p004 is begun at 400 tokens of 300',
    ]);
  });

  /** Before the proxies of the search, one or more that are lost. */
  const losing = (ids: string[], failure?: string | null) => {
    const before = made.events.length;
    const members = ids.map((id) => ({ id }));
    made.activity('trainProxies', 'i1-p003', { members, proxy: { tokens: 100 } }, undefined, failure);
    made.events.unshift(...made.events.splice(before));
  };

  test('the place of what was lost is free again, its tokens are gone', async () => {
    losing(['i1-p003']);
    expect(await found()).toEqual([
      'I2: i1-p002 is begun at 300 tokens of 200',
      'I2: 300 tokens were spent, 200 were charged',
    ]);
    made.recipe.spec.budget.trainTokens = 300;
    made.recipe.run.charged.trainTokens = 300;
    expect(await found()).toEqual([]);
  });

  test('a group that was refused is handed back, and one that was cut goes on: neither costs a token', async () => {
    losing(['i1-p003', 'i1-p004'], 'badData');
    expect(await found()).toEqual([]);
    losing(['i1-p003'], null);
    expect(await found()).toEqual([]);
    losing(['i1-p003'], 'badData');
    expect(await found()).toContain('I2: 300 tokens were spent, 200 were charged');
  });

  describe('a training that a pause cut', () => {
    const begin = (id: string, ids = [id]) =>
      made.begin('trainProxies', id, { members: ids.map((member) => ({ id: member })), proxy: { tokens: 100 } });
    const charge = (trainTokens: number) => Object.assign(made.recipe.run.charged, { trainTokens });
    /** Puts what a test does before the proxies of the search. */
    const first = (happen: () => void) => {
      const before = made.events.length;
      happen();
      made.events.unshift(...made.events.splice(before));
    };

    test('that goes on is charged once', async () => {
      first(() => made.cancel(begin('i1-p001'), 2.5));
      expect(await found()).toEqual([]);
      charge(300);
      expect(await found()).toEqual(['I2: 200 tokens were spent, 300 were charged']);
    });

    test('that never goes on is charged if a device did anything, and then has no room for others', async () => {
      made.cancel(begin('i1-p003'));
      made.recipe.spec.budget.proxies = 3;
      made.signal('setBudget', { trainTokens: 300 });
      expect(await found()).toContainEqual(expect.stringContaining('is begun at 300 tokens of 200'));
      made.events.unshift(made.events.pop()!);
      expect(await found()).toEqual([]);
      made.cancel(begin('i1-p004'), 2.5);
      expect(await found()).toEqual(['I2: 300 tokens were spent, 200 were charged']);
      charge(300);
      expect(await found()).toEqual([]);
      begin('i1-p005');
      expect(await found()).toEqual(['I2: i1-p005 is begun at 400 tokens of 300']);
    });

    test('stays charged where the rest of it did nothing more', async () => {
      made.recipe.spec.budget.proxies = 3;
      made.recipe.spec.budget.trainTokens = 300;
      made.cancel(begin('i1-p003'), 2.5);
      made.cancel(begin('i1-p003'));
      charge(300);
      expect(await found()).toEqual([]);
    });

    test('of which a part begins anew stays charged as a whole', async () => {
      Object.assign(made.recipe.spec.budget, { proxies: 9, trainTokens: 900 });
      first(() => made.cancel(begin('i1-g01', ['i1-p001', 'i1-p002']), 5));
      first(() => made.cancel(begin('i1-g01', ['i1-p001', 'i1-p002', 'i1-p003']), 5));
      charge(500);
      expect(await found()).toEqual(['I2: 700 tokens were spent, 500 were charged']);
      charge(700);
      expect(await found()).toEqual([]);
    });

    test('whose worker was lost before it could say what it did is charged or not', async () => {
      first(() => made.timeOut(begin('i1-p003'), { calledOff: true }));
      expect(await found()).toEqual([]);
      charge(300);
      expect(await found()).toEqual([]);
      charge(301);
      expect(await found()).toEqual(['I2: 200 to 300 tokens were spent, 301 were charged']);
    });

    test('is none where its end was not asked for', async () => {
      first(() => made.timeOut(begin('i1-p003')));
      expect(await found()).toContain('I2: 300 tokens were spent, 200 were charged');
    });
  });

  test('more in flight than may be, but for a group alone', async () => {
    const lane = (id: string, members: number) => {
      const all = Array.from({ length: members }, (_, at) => ({ id: `${id}-${at}` }));
      made.begin('trainProxies', id, { members: all, proxy: { tokens: 0 } });
    };
    Object.assign(made.recipe.spec.budget, { proxies: 9, concurrency: 3 });
    lane('i2-g01', 4);
    expect(await found()).toEqual([]);
    made.signal('setBudget', { concurrency: 6 });
    lane('i2-g02', 2);
    expect(await found()).toEqual([]);
    lane('i2-g03', 1);
    expect(await found()).toEqual(['I2: i2-g03 is begun with 7 in flight, 6 may be']);
  });

  test('one that is begun after the deadline, by the clock of the workflow', async () => {
    Object.assign(made.recipe.spec.budget, { proxies: 3, deadline: '2026-01-01T06:00:00Z' });
    const begin = (at: string) =>
      made.begin('trainProxies', 'i1-p003', { members: [{ id: 'i1-p003' }], proxy: { tokens: 0 } }, at);
    begin('2026-01-01T05:59:59Z');
    expect(await found()).toEqual([]);
    made.signal('setBudget', { deadline: '2026-01-01T05:00:00Z' });
    begin('2026-01-01T05:00:01Z');
    expect(await found()).toEqual([
      'I2: i1-p003 is begun at 2026-01-01T05:00:01.000Z, the deadline was 2026-01-01T05:00:00.000Z',
    ]);
  });
});
