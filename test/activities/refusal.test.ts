import { ApplicationFailure } from '@temporalio/activity';
import { expect, test } from '@jest/globals';
import { refusingBadCorpus, refusingInvalid } from '../../activities/refusal.ts';
import { InvalidInput } from '../../climb/problem.ts';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const thrownBy = (work: Promise<unknown>) => work.then(String, (error: unknown) => error as Error);

test('a refusal says what is wrong, with every problem, and not where in our code that was found', async () => {
  const problems = [{ path: 'budget.proxies', message: 'too few' }];
  const invalid = await thrownBy(refusingInvalid(() => Promise.reject(new InvalidInput('search file', problems))));
  expect(invalid).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true, details: [problems], stack: '' });
  const bad = await thrownBy(refusingBadCorpus(() => Promise.reject(named('BadCorpus', 'a.jsonl is gone'))));
  expect(bad).toMatchObject({ type: 'BadCorpus', nonRetryable: true, message: 'a.jsonl is gone', stack: '' });
});

test('what is no refusal passes as it is, with its stack', async () => {
  for (const refusing of [refusingInvalid, refusingBadCorpus]) {
    const error = await thrownBy(refusing(() => Promise.reject(named('TypeError', 'a bug'))));
    expect(error).not.toBeInstanceOf(ApplicationFailure);
    expect((error as Error).stack).toContain('refusal.test.ts');
    expect(await refusing(() => Promise.resolve(3))).toBe(3);
  }
});
