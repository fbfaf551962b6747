import { expect, test } from 'vitest';
import { checkConfiguration, ConfigurationError } from '../../../../core/index.ts';
import circuitBreaker from '../../../../plugins/circuit-breaker/index.ts';

async function complaintOf(...entries: unknown[]): Promise<string> {
  const backends = ['http://127.0.0.1:1'];
  try {
    await checkConfiguration({
      listeners: [{ port: 0 }],
      upstreams: { app: { backends }, api: { backends } },
      routes: [{ upstream: 'app' }],
      plugins: entries.map((options) => circuitBreaker(options as never)),
    });
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
}

test.each([
  undefined,
  { per: 'backend', failureShare: 1, minimumRequests: 5, windowMs: 1_000, openMs: 500, probes: 1 },
  { statuses: [429], limits: { maxActive: 100, maxPending: 10, maxRetries: 0 }, upstreams: ['app'] },
])('it takes %j', async (options) => {
  expect(await complaintOf(options)).toBe('');
});

test.each([
  [{ typo: 1 }, ': Unrecognized key: "typo"'],
  [{ per: 'route' }, ' › per: Invalid option: expected one of "upstream"|"backend"'],
  [{ failureShare: 0 }, ' › failureShare: Too small: expected number to be >0'],
  [{ statuses: [200] }, ' › statuses[0]: Too small: expected number to be >=400'],
  [{ limits: { maxActive: 0 } }, ' › limits › maxActive: Too small: expected number to be >0'],
  [{ upstreams: ['web'] }, ': There is no upstream "web" to watch.'],
])('it refuses %j', async (options, complaint) => {
  expect(await complaintOf(options)).toBe(`plugins[0] circuit-breaker${complaint}`);
});

test('it may be listed for each upstream, once', async () => {
  expect(await complaintOf({ upstreams: ['app'] }, { upstreams: ['api'] })).toBe('');
  expect(await complaintOf(undefined, { upstreams: ['api'] })).toBe(
    'plugins[1] circuit-breaker: The upstream api is watched by another entry of circuit-breaker.',
  );
});
