import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from '@jest/globals';
import { patientWithEndpoint } from '../../activities/endpoint-patience.ts';
import { transportFailure } from '../../adapters/endpoint-failure.ts';
import { UnreadableAnswer } from '../../adapters/endpoint-requests.ts';
import { refusals } from '../../scripts/refusals.ts';

const refused = (error: Error) => refusals(() => Promise.reject(error));
const failure = (type: string) => ApplicationFailure.nonRetryable('why', type);

test('what comes of a stage comes of it', async () => {
  expect(await refusals(() => Promise.resolve(3))).toBe(3);
});

test('what a stage refuses is a sentence without a stack; a bug keeps its own', async () => {
  await expect(refused(failure('BadCorpus'))).rejects.toMatchObject({ name: 'CommandProblem', message: 'why' });
  await expect(refused(failure('InvalidSearchSpec'))).rejects.toMatchObject({ name: 'CommandProblem' });
  await expect(refused(new TypeError('bug'))).rejects.toBeInstanceOf(TypeError);
});

test('a failure that the caller has a use for is left to him', async () => {
  const stage = () => Promise.reject(failure('BadCorpus'));
  await expect(refusals(stage, ['BadCorpus'])).rejects.toBeInstanceOf(ApplicationFailure);
  await expect(refusals(stage, ['Other'])).rejects.toMatchObject({ name: 'CommandProblem' });
});

test('an endpoint that is down: a command asks no second time, so it says what to do', async () => {
  const down = transportFailure('the embedding endpoint "default"', new TypeError('fetch failed'), 60);
  for (const error of [down, await patientWithEndpoint(() => Promise.reject(down)).catch((thrown: Error) => thrown)]) {
    const { message } = (await refused(error).catch((thrown: unknown) => thrown)) as Error;
    expect(message).toMatch(
      /^the embedding endpoint "default" can't be reached.*What was done is kept\. Try: the same command once it answers$/,
    );
    expect(message).not.toContain('asked again');
  }
  await expect(refused(new UnreadableAnswer('it answered nonsense'))).rejects.toThrow('What was done is kept');
});
