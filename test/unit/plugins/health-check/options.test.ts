import { expect, test } from 'vitest';
import { checkConfiguration, ConfigurationError } from '../../../../core/index.ts';
import healthCheck from '../../../../plugins/health-check/index.ts';

type Options = NonNullable<Parameters<typeof healthCheck>[0]>;

/** What is said of a configuration with these entries; empty when it is accepted. */
async function complaintsOf(...entries: (Options | undefined)[]): Promise<string> {
  const backends = ['http://127.0.0.1:1'];
  try {
    await checkConfiguration({
      listeners: [{ port: 0 }],
      upstreams: { app: { backends }, api: { backends } },
      routes: [{ upstream: 'app' }],
      plugins: entries.map((options) => healthCheck(options)),
    });
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
}

test('it needs no options', async () => {
  expect(await complaintsOf(undefined)).toBe('');
});

test.each<Options>([
  { active: { path: '/healthz', intervalMs: 500, timeoutMs: 200, rise: 2, fall: 2 } },
  { active: { path: '/healthz?full', statuses: [200, 204], body: 'ok', host: 'app.example', port: 81 } },
  { active: {}, passive: { enabled: false }, panicShare: 0 },
  { passive: { consecutiveFailures: 5, ejectionMs: 2_000 }, upstreams: ['app'] },
])('it takes %j', async (options) => {
  expect(await complaintsOf(options)).toBe('');
});

test.each<[object, string]>([
  [{ typo: 1 }, ': Unrecognized key: "typo"'],
  [{ active: { interval: 1 } }, ' › active: Unrecognized key: "interval"'],
  [{ active: { path: 'healthz' } }, ' › active › path: must be a path that begins with "/"'],
  [{ active: { path: '/a b' } }, ' › active › path: must be a path that begins with "/"'],
  [{ active: { body: 'ok' } }, ' › active › body: needs a path: without one, no request is made'],
  [{ active: { path: '/', rise: 0 } }, ' › active › rise: Too small: expected number to be >0'],
  [
    { active: { path: '/', statuses: [99] } },
    ' › active › statuses[0]: Too small: expected number to be >=200',
  ],
  [
    { passive: { ejectionMs: 5, maxEjectionMs: 4 } },
    ' › passive › maxEjectionMs: must not be less than ejectionMs',
  ],
  [{ passive: { maxEjectedShare: 50 } }, ' › passive › maxEjectedShare: Too big: expected number to be <=1'],
  [{ upstreams: ['web'] }, ': There is no upstream "web" to watch.'],
])('it refuses %j', async (options, complaint) => {
  expect(await complaintsOf(options as Options)).toBe(`plugins[0] health-check${complaint}`);
});

test('it may be listed for each upstream, once', async () => {
  expect(await complaintsOf({ upstreams: ['app'] }, { upstreams: ['api'] })).toBe('');
  expect(await complaintsOf({ upstreams: ['app'] }, undefined)).toBe(
    'plugins[1] health-check: The upstream app is watched by another entry of health-check.',
  );
});
