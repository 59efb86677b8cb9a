import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { searchFileSchema } from '../../../climb/spec/search-file.ts';
import { parseSearchFile } from '../../../climb/spec/search-rules.ts';
import { now, specOf, shortestFile } from '../made-search.ts';

test('a file of three fields gets every default', () => {
  const { verify: _baselines, ...three } = shortestFile;
  expect(parseSearchFile(three, now)).toEqual({
    version: 1,
    seed: 7,
    corpus: {
      path: 'corpus',
      format: 'auto',
      textField: 'text',
      strict: false,
      maxCharacters: 100_000,
      nearDuplicates: false,
      heldOut: 0,
      decontaminate: true,
    },
    embedding: { kind: 'lsa' },
    clusters: { merge: { method: 'ward', weighted: false } },
    tasks: ['piqa', 'arc_easy', 'hellaswag'].map(libraryTask),
    report: { tasks: ['sciq', 'openbookqa', 'csqa'].map(libraryTask) },
    proxy: { preset: 'cpu-demo', trainer: 'default', checkpointSeconds: 10 },
    search: { preset: 'default' },
    constraints: { maxEpochs: 4, bounds: {} },
    budget: { proxies: 24, concurrency: 8 },
    verify: { candidates: 2, seeds: 2, baselines: ['uniform', 'proportional', 'ngram'], interval: 'bootstrap' },
    target: {},
  });
});

const libraryTask = (name: string) => ({ name, split: 'validation', metric: 'bitsPerByte', weight: 1 });

test('a file with its defaults is a file with the same defaults, and plain JSON', () => {
  const spec = specOf();
  expect(specOf(spec)).toEqual(spec);
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
});

test('two searches share no default: what one changes stays its own', () => {
  const [one, other] = [specOf(), specOf()];
  one.constraints.bounds['c0001'] = { lower: 0.1 };
  one.tasks.pop();
  expect(other).toEqual(specOf());
  expect(specOf(shortestFile).constraints.bounds).toEqual({});
});

test('the schema can be written down for editors, descriptions and defaults included', () => {
  const schema = z.toJSONSchema(searchFileSchema, { io: 'input' }) as {
    required: string[];
    additionalProperties: boolean;
    properties: Record<string, { default?: unknown; description?: string }>;
  };
  expect(schema.required).toEqual(['version', 'corpus', 'budget']);
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties['seed']).toMatchObject({ default: 7, description: expect.stringContaining('every draw') });
});
