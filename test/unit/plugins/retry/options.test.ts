import { expect, test } from 'vitest';
import { checkConfiguration, ConfigurationError } from '../../../../core/index.ts';
import retry from '../../../../plugins/retry/index.ts';

async function complaintOf(options: unknown): Promise<string> {
  try {
    await checkConfiguration({
      listeners: [{ port: 0 }],
      upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
      routes: [{ upstream: 'app' }],
      plugins: [retry(options as never)],
    });
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
}

test.each([
  undefined,
  { attempts: 5, failures: ['queue_full'], statuses: [], backoffMs: 0, maxBackoffMs: 0 },
  { idempotencyKey: true },
  { idempotencyKey: 'X-Request-Key' },
  { attemptTimeoutMs: 500, maxReplayBytes: 0, budget: { share: 1, minConcurrent: 0 } },
])('it takes %j', async (options) => {
  expect(await complaintOf(options)).toBe('');
});

test.each([
  [{ typo: 1 }, ': Unrecognized key: "typo"'],
  [{ attempts: 0 }, ' › attempts: Too small: expected number to be >=1'],
  [{ attempts: 11 }, ' › attempts: Too big: expected number to be <=10'],
  [{ statuses: [200] }, ' › statuses[0]: Too small: expected number to be >=400'],
  [{ backoffMs: 300 }, ' › maxBackoffMs: must not be less than backoffMs'],
  [{ maxBackoffMs: 30_001 }, ' › maxBackoffMs: Too big: expected number to be <=30000'],
  [{ idempotencyKey: 'a b' }, ' › idempotencyKey: must be the name of a header field'],
  [{ budget: { share: 20 } }, ' › budget › share: Too big: expected number to be <=1'],
  [
    { failures: ['response_truncated'] },
    ' › failures[0]: Invalid option: expected one of "connect_failed"|"connect_timeout"|"connection_lost"|' +
      '"attempt_timeout"|"response_head_timeout"|"malformed_response"|"queue_full"|"queue_timeout"',
  ],
])('it refuses %j', async (options, complaint) => {
  expect(await complaintOf(options)).toBe(`plugins[0] retry${complaint}`);
});
