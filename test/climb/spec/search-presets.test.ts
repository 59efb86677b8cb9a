import { describe, expect, test } from '@jest/globals';
import { searchSettings } from '../../../climb/spec/search-presets.ts';
import type { SearchFile, SearchSpec } from '../../../climb/spec/search-file.ts';
import { specOf } from '../made-search.ts';

const settingsOf = (search: NonNullable<SearchFile['search']>, tasks?: SearchFile['tasks']) =>
  searchSettings(specOf({ search, budget: { proxies: 200 }, ...(tasks && { tasks }) }));

test('nothing said is the default: 8, then fours, by expected improvement, until a further run gains less than noise', () => {
  expect(settingsOf({})).toMatchObject({
    schedule: { sizes: [8], then: 4, scales: false },
    candidates: 8000,
    sampler: 'space-filling',
    predictor: 'auto',
    proposal: 'expected-improvement',
    ngram: true,
    stop: { gain: 'noise-floor' },
  });
});

test('the published presets are what was published', () => {
  const published = {
    schedule: { sizes: [64, 32, 16], then: 0, scales: true },
    candidates: 100_000,
    predictor: 'boosted-trees',
    proposal: 'random-of-top',
    top: null,
    ngram: false,
    stop: { gain: false },
  };
  expect(settingsOf({ preset: 'paper' })).toMatchObject({ ...published, sampler: 'dirichlet', temperature: 1 });
  expect(settingsOf({ preset: 'nemo-recipe' })).toMatchObject({
    ...published,
    sampler: 'nemo-recipe',
    temperature: 0.5,
    strength: { minimum: 0.1, maximum: 5, steps: 15 },
  });
});

describe('every field overrides its preset', () => {
  const overrides: [keyof SearchSpec['search'], unknown][] = [
    ['candidates', 500],
    ['sampler', 'nemo-recipe'],
    ['temperature', 2],
    ['strength', { minimum: 1, maximum: 2, steps: 3 }],
    ['predictor', 'ridge'],
    ['top', 200],
    ['ngram', true],
    ['stop', { gain: 'noise-floor' }],
  ];
  test.each(overrides)('%s', (field, value) => {
    expect(settingsOf({ preset: 'paper', [field]: value })).toEqual({
      ...settingsOf({ preset: 'paper' }),
      [field]: value,
    });
  });

  test('proposal and explore', () => {
    const chosen = { proposal: 'confidence-bound', explore: 0.5 } as const;
    expect(settingsOf({ preset: 'paper', ...chosen })).toEqual({ ...settingsOf({ preset: 'paper' }), ...chosen });
  });

  test('schedule', () => {
    expect(settingsOf({ preset: 'paper', schedule: [9, 8] }).schedule).toEqual({
      sizes: [9, 8],
      then: 0,
      scales: false,
    });
  });
});

test('n-gram models know bits per byte alone: by default they are off where a task is measured otherwise', () => {
  expect(settingsOf({}, [{ name: 'csqa2', metric: 'accuracy' }]).ngram).toBe(false);
  expect(settingsOf({ ngram: false }).ngram).toBe(false);
});

test('a search begun by 0.1.0, whose file was filled in by its schema, means what it meant', () => {
  const search = { preset: 'default', first: 8, batch: 4, candidates: 8000 } as const;
  expect(searchSettings({ ...specOf(), search }).schedule).toEqual({ sizes: [8], then: 4, scales: false });
});
