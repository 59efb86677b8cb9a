import type { ReadingRules } from '../../../climb/corpus/reading.ts';

/** The rules of a search file that says nothing about reading. */
export const rulesOf = (more: Partial<ReadingRules> = {}): ReadingRules => ({
  textFields: ['text'],
  idField: null,
  labelField: null,
  domainField: null,
  vectorField: null,
  scoreFields: {},
  maxCharacters: 100_000,
  heldOut: 0,
  nearDuplicates: false,
  rowNumbers: false,
  ...more,
});
