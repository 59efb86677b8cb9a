import { expect, test } from '@jest/globals';
import { costSection } from '../../../climb/search/report-cost.ts';
import { run } from '../made-recipe.ts';

test('money, and what people changed on the way, stand among the costs', () => {
  const text = costSection({
    ...run,
    budget: { ...run.budget, money: { limit: 20, perDeviceHour: 2.5, currency: 'EUR' } },
    money: 12.345,
    taskChanges: [{ at: 0, iteration: 2, change: 'weights a|b 50 %' }],
  });
  expect(text).toContain('- Money: 12.35 of 20 EUR, at 2.5 a device hour now');
  expect(text).toContain('- Searched tasks changed 1970-01-01T00:00:00.000Z, after iteration 2: weights a b 50 %');
});

test('a search that counts none says nothing of it', () => {
  expect(costSection(run)).not.toMatch(/Money|Searched tasks/);
});
