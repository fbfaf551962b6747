import { expect, onTestFinished, test } from 'vitest';
import { type OriginScript, type RawClient, startOrigin, startTestGateway } from 'hookway/testing';
import circuitBreaker from 'hookway/plugins/circuit-breaker';
import fallback from 'hookway/plugins/fallback';
import healthCheck from 'hookway/plugins/health-check';
import retry from 'hookway/plugins/retry';
import timeouts from 'hookway/plugins/timeouts';

const script: OriginScript = ({ target }) => {
  if (target === '/silent') return undefined;
  if (target === '/half') return { body: 'x'.repeat(1_000), cutAt: 500 };
  return { status: target === '/bad' ? 503 : 200 };
};

async function start() {
  const origin = await startOrigin(script);
  const gateway = await startTestGateway({
    plugins: [
      healthCheck({ passive: { consecutiveFailures: 1, consecutiveErrors: 100, maxEjectedShare: 1 } }),
      circuitBreaker({ minimumRequests: 100, limits: { maxActive: 2, maxRetries: 1 } }),
      timeouts({ connectMs: 60_000, responseHeadMs: 60_000, idleMs: 60_000, totalMs: 60_000 }),
      retry({
        attemptTimeoutMs: 50_000,
        backoffMs: 30_000,
        maxBackoffMs: 30_000,
        budget: { share: 0, minConcurrent: 1 },
      }),
      fallback({ response: { body: 'sorry' }, statuses: [599] }),
    ],
    upstreams: { app: { backends: [origin.url], maxConnections: 1 } },
  });
  onTestFinished(async () => {
    await gateway.close();
    await origin.close();
  });
  return { gateway, origin };
}

type Started = Awaited<ReturnType<typeof start>>;
type IsThere = (started: Started, client: RawClient, round: number) => Promise<unknown>;

const retries = ({ gateway }: Started) => gateway.logLines.filter(({ msg }) => msg === 'trying again').length;

test.each<[string, string, IsThere]>([
  ['that waits for a response head', 'GET /silent', ({ origin }, _, round) => origin.waitForRequest(round)],
  ['in the middle of a response', 'GET /half', (_, client) => client.waitForText('xxx')],
  [
    'in the pause before a retry',
    'GET /bad',
    (started, _, round) => started.gateway.waitForLog(() => retries(started) === round),
  ],
  ['whose body is kept', 'PUT /silent', ({ origin }, _, round) => origin.waitForRequest(round)],
])('a client that goes away %s leaves nothing behind', async (_what, line, isThere) => {
  const started = await start();
  const { gateway, origin } = started;
  const body = line.startsWith('PUT') ? 'Content-Length: 5\r\n' : '';
  for (const round of [1, 2, 3]) {
    const client = await gateway.connect();
    client.send(`${line} HTTP/1.1\r\nHost: a\r\n${body}\r\n${body === '' ? '' : 'hel'}`);
    await isThere(started, client, round);
    client.reset();
    expect((await gateway.waitForExchange(round)).outcome?.code).toBe('client_aborted');
  }
  expect(await gateway.fetch('/')).toMatchObject({ status: 200 });
  const { activeAttempts, pool } = (await gateway.waitForExchange(4)).backend!;
  expect([activeAttempts, pool.queueLength, pool.size]).toEqual([0, 0, 1]);
  expect(gateway.logLines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  await origin.waiting.until('one connection to be left', () => origin.openConnections === 1);
});
