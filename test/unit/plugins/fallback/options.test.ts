import { expect, test } from 'vitest';
import { checkConfiguration, ConfigurationError } from '../../../../core/index.ts';
import fallback from '../../../../plugins/fallback/index.ts';

async function complaintOf(options: unknown): Promise<string> {
  try {
    await checkConfiguration({
      listeners: [{ port: 0 }],
      upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
      routes: [{ upstream: 'app' }],
      plugins: [fallback(options as never)],
    });
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
}

test.each([
  { upstream: 'app' },
  { response: {}, statuses: [] },
  { upstream: 'app', response: { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>Sorry' } },
])('it takes %j', async (options) => {
  expect(await complaintOf(options)).toBe('');
});

test.each([
  [undefined, ': needs an upstream, a response, or both'],
  [{ upstream: 'app', typo: 1 }, ': Unrecognized key: "typo"'],
  [{ upstream: 'spare' }, ': There is no upstream "spare" to fall back to.'],
  [{ response: { status: 101 } }, ' › response › status: Too small: expected number to be >=200'],
  [{ upstream: 'app', statuses: [200] }, ' › statuses[0]: Too small: expected number to be >=400'],
])('it refuses %j', async (options, complaint) => {
  expect(await complaintOf(options)).toBe(`plugins[0] fallback${complaint}`);
});

test('it refuses fields that cannot be sent', async () => {
  expect(await complaintOf({ response: { headers: { 'a b': 'c' } } })).toMatch(
    /^plugins\[0] fallback: .*"a b"/,
  );
});
