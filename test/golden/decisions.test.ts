import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { decide, decidedSearches, type DecidedBatch } from './decisions.ts';

type Name = keyof typeof decidedSearches;

const recorded = JSON.parse(readFileSync(new URL('decisions.json', import.meta.url), 'utf8')) as Record<
  Name,
  DecidedBatch[]
>;

/** On any machine and version of Node: a recipe that depended on either couldn't be had again. */
test.each(Object.keys(decidedSearches) as Name[])('recorded scores give the recorded decisions: %s', (name) => {
  recorded[name].forEach(({ mixtures }, iteration) => {
    expect(decide(name, recorded[name].slice(0, iteration))).toEqual(mixtures);
  });
});
