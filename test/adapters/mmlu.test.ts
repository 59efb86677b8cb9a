import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { BadTask } from '../../adapters/bad-task.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { mmluCategories, mmluTasks } from '../../adapters/mmlu-subjects.ts';
import { Mmlu } from '../../adapters/mmlu.ts';
import { pythonEnvironment } from '../../adapters/python-environment.ts';
import { TaskLibrary } from '../../adapters/task-library.ts';
import { place, scratch } from './scratch.ts';

const folder = scratch();
const made = new Mmlu(folder);
const questions = readFileSync(new URL('fixtures/questions.arrow', import.meta.url));

beforeAll(() => place(join(folder, 'sociology/test/data-00000-of-00001.arrow'), questions));

test('57 subjects in four categories, each in one', () => {
  const subjects = Object.values(mmluCategories).flat();
  expect(new Set(subjects).size).toBe(57);
  expect(subjects).toHaveLength(57);
  expect(mmluTasks.size).toBe(61);
  expect(mmluTasks.get('mmlu_high_school_macroeconomics')).toEqual(['high_school_macroeconomics']);
  for (const category of Object.values(mmluCategories)) expect(category).toEqual(category.toSorted());
});

test.each([
  ['a row without a question', 'mmlu_sociology', 'test', 'row 2'],
  ['a split that is not there', 'mmlu_sociology', 'validation', 'ENOENT'],
  ['a category that lacks a subject', 'mmlu_social_sciences', 'test', 'econometrics has no items'],
])('%s is refused, with the file', async (_, name, split, message) => {
  await expect(made.items(name, split)).rejects.toThrow(BadTask);
  await expect(made.items(name, split)).rejects.toThrow(message);
});

test('a file of another kind is refused', async () => {
  await place(join(folder, 'virology/test/data-00000-of-00001.arrow'), 'not found');
  await expect(made.items('mmlu_virology', 'test')).rejects.toThrow('it is no Arrow stream');
});

test('where it is not there it has no tasks', () => {
  expect(new Mmlu(join(folder, 'nowhere')).names()).toEqual([]);
});

const { evaluationLibrary } = pythonEnvironment(repositoryRoot);
const withLibrary = evaluationLibrary !== null && existsSync(evaluationLibrary) ? test : test.skip;
const library = new TaskLibrary(evaluationLibrary ?? folder);

// Published: 14,042 test and 1,531 validation questions (arXiv 2009.03300, section 3).
withLibrary.each([
  ['mmlu_stem', 3018, 321],
  ['mmlu_humanities', 4705, 518],
  ['mmlu_social_sciences', 3077, 337],
  ['mmlu_other', 3242, 355],
  ['mmlu_high_school_macroeconomics', 390, 43],
])('%s has %d test and %d validation items in the evaluation library', async (name, inTest, inValidation) => {
  const [testItems, validation] = [await library.items(name, 'test'), await library.items(name, 'validation')];
  expect([testItems.length, validation.length]).toEqual([inTest, inValidation]);
  expect(new Set(testItems.map(({ id }) => id)).size).toBe(inTest);
  for (const { query, choices, gold } of [...testItems, ...validation]) {
    expect(query).toMatch(/^Question: \S[^]*\nAnswer:$/u);
    expect(choices).toHaveLength(4);
    expect(choices[gold]).toBeDefined();
  }
});

withLibrary('a question in its cloze form', async () => {
  const [first] = await library.items('mmlu_high_school_macroeconomics', 'validation');
  expect(first).toMatchObject({ id: 'high_school_macroeconomics/0', query: expect.stringMatching(/^Question: /) });
});

withLibrary('the library names its tasks, and in a refusal not each subject', async () => {
  const names = await library.names();
  expect(names).toEqual(expect.arrayContaining(['piqa', 'mmlu_social_sciences', 'mmlu_anatomy']));
  await expect(library.items('mmlu_magic', 'test')).rejects.toThrow(
    /mmlu_social_sciences, mmlu_other, mmlu_<subject>\)/,
  );
});
