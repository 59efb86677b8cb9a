import { expect, test } from '@jest/globals';
import { estimateCost } from '../../climb/spec/cost.ts';
import type { SearchFile } from '../../climb/spec/search-file.ts';
import { costLines, type Place } from '../../scripts/cost-lines.ts';
import { specOf } from '../climb/made-search.ts';

const place: Place = { slots: 2, home: '.climb', freeBytes: 1e11, device: 'cpu', tokensPerSecond: undefined };

function linesOf(changes: Partial<SearchFile>, changed: Partial<Place> = {}): string {
  const spec = specOf(changes);
  const where = { ...place, ...changed };
  const { slots, tokensPerSecond } = where;
  return costLines(spec, estimateCost(spec, { textBytes: 40e6, slots, tokensPerSecond }), where);
}

test('proxies, tokens, time and disk of the example', () => {
  expect(linesOf({})).toBe(
    [
      'proxies   24 (16 to search, 8 to verify)',
      'schedule  8, then 4 each: 3 iterations at most, fewer where a further batch would gain less than the noise of one run',
      'tokens    11,993,088',
      `time      5 min with 2 at once (9 min of one device; the preset's speed; none measured here yet)`,
      'disk      about 0.13 GB of 100.0 GB free',
    ].join('\n'),
  );
});

test('the schedule is that of the preset, as far as the budget goes', () => {
  const schedule = (search: NonNullable<SearchFile['search']>, proxies: number) =>
    linesOf({ search, budget: { proxies } }).split('\n')[1];
  expect(schedule({ preset: 'paper' }, 64)).toBe('schedule  32, 16, 8: 3 iterations');
  expect(schedule({ iterations: 1, stop: { gain: false } }, 64)).toBe('schedule  8: 1 iteration');
});

test('trunk and ladder are part of the bill', () => {
  const lines = linesOf({
    proxy: { warmStart: { tokens: 2_000_000 } },
    target: { tokens: 2e10 },
    verify: { ladder: [{ width: 128, layers: 4 }] },
    budget: { proxies: 33 },
  });
  expect(lines).toContain('proxies   33 (1 for the trunk, 16 to search, 8 to verify, 8 on the ladder)');
  expect(lines).toContain(`tokens    ${(24 * 499_712 + 1_998_848 + 8 * 1_816_576).toLocaleString('en-US')}`);
});

test('so are RegMix’s search and the recipe at fewer tokens', () => {
  const lines = linesOf({
    verify: { baselines: ['uniform', 'proportional', 'regmix'], regmixProxies: 44, efficiency: [0.25, 0.5] },
    budget: { proxies: 66 },
  });
  expect(lines).toContain("proxies   66 (8 to search, 44 for RegMix's search, 10 to verify, 4 at fewer tokens)");
});

test('it says what the time rests on', () => {
  expect(linesOf({}, { tokensPerSecond: 12_345 })).toContain('12,345 tokens/s measured here');
  const gpu = linesOf({ proxy: { preset: 'paper' } }, { device: 'cuda' });
  expect(gpu).toContain("an estimate: this preset's speed was never measured");
  expect(gpu).not.toContain('warning');
});

test('it warns of a preset on a device that it is not timed for, of too few hours and of a full disk', () => {
  expect(linesOf({ proxy: { preset: 'gpu-tiny' } })).toContain('gpu-tiny is timed for cuda and the trainer default');
  expect(linesOf({ proxy: { preset: 'gpu-tiny' } }, { tokensPerSecond: 900 })).not.toContain('warning');
  expect(linesOf({ budget: { proxies: 24, deviceHours: 0.01 } })).toContain('deviceHours = 0.01 will end the search');
  const dear = linesOf({ budget: { proxies: 24, money: { limit: 0.02, perDeviceHour: 3, currency: 'EUR' } } });
  expect(dear).toMatch(/^money {5}0\.\d\d of 0\.02 EUR$/m);
  expect(dear).toContain('budget.money.limit = 0.02 will end the search');
  expect(linesOf({}, { freeBytes: 1e6 })).toContain('the disk of .climb is too small');
});
