import { expect, test } from 'vitest';
import { checkConfiguration, ConfigurationError } from '../../../../core/index.ts';
import timeouts from '../../../../plugins/timeouts/index.ts';

async function complaintOf(options: unknown): Promise<string> {
  try {
    await checkConfiguration({
      listeners: [{ port: 0 }],
      upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
      routes: [{ upstream: 'app' }],
      plugins: [timeouts(options as never)],
    });
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
}

test.each([{ totalMs: 1 }, { connectMs: 1_000, responseHeadMs: 5_000, idleMs: 10_000, totalMs: 30_000 }])(
  'it takes %j',
  async (options) => {
    expect(await complaintOf(options)).toBe('');
  },
);

test.each([
  [undefined, ': needs at least one of connectMs, responseHeadMs, idleMs and totalMs'],
  [{ totalMs: 1, total: 1 }, ': Unrecognized key: "total"'],
  [{ totalMs: 0 }, ' › totalMs: Too small: expected number to be >0'],
  [{ totalMs: '1s' }, ' › totalMs: Invalid input: expected number, received string'],
])('it refuses %j', async (options, complaint) => {
  expect(await complaintOf(options)).toBe(`plugins[0] timeouts${complaint}`);
});
