import { expect, test } from '@jest/globals';
import { statusFailure, transportFailure, type EndpointUnavailable } from '../../adapters/endpoint-failure.ts';

const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');

test.each([
  [429, '7', 7_000],
  [503, 'Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  [503, 'Wed, 21 Oct 2026 07:27:00 GMT', 0],
  [503, '86400', 600_000],
  [500, null, undefined],
  [502, 'soon', undefined],
  [424, '', undefined],
  [408, ' 1 ', 1_000],
])('%p with Retry-After %p is tried again after %p ms', (status, header, wait) => {
  const { name, retryAfter } = statusFailure('x', status, header, now) as EndpointUnavailable;
  expect([name, retryAfter]).toEqual(['EndpointUnavailable', wait]);
});

test.each<[number, RegExp]>([
  [400, /server's log/],
  [401, /tokenVariable/],
  [403, /tokenVariable/],
  [404, /url/],
  [413, /lower the profile's maxTexts/],
  [422, /truncates/],
  [302, /url/],
])('%p is not tried again', (status, advice) => {
  const failure = statusFailure('the endpoint "a"', status, '5', now);
  expect(failure.name).toBe('BadEndpoint');
  expect(failure.message).toContain(`"a" answered ${status}`);
  expect(failure.message).toMatch(advice);
});

test('no answer is tried again; what the error quotes is not shown', () => {
  const reset = new TypeError('secret text', { cause: { code: 'ECONNRESET' } });
  expect(transportFailure('x', reset, 60).message).toMatch(/^x can't be reached.*\(ECONNRESET\)/);
  expect(transportFailure('x', reset, 60).message).not.toContain('secret');
  expect(transportFailure('x', new TypeError('cut'), 60).name).toBe('EndpointUnavailable');
  expect(transportFailure('x', new DOMException('', 'TimeoutError'), 60).message).toMatch(/in 60 s.*timeoutSeconds/);
});
