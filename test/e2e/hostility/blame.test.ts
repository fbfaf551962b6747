import { expect, test } from 'vitest';
import type { PluginEntry } from 'hookway';
import { type RawClient, startTestGateway } from 'hookway/testing';
import circuitBreaker from 'hookway/plugins/circuit-breaker';
import healthCheck from 'hookway/plugins/health-check';
import retry from 'hookway/plugins/retry';
import timeouts from 'hookway/plugins/timeouts';
import { requestText } from '../wire.ts';

const breaker = (options: object = {}) => circuitBreaker({ minimumRequests: 2, openMs: 60_000, ...options });
const ejection = healthCheck({ passive: { consecutiveFailures: 2, maxEjectedShare: 1 }, panicShare: 0 });
const head = requestText('PUT', '/', 'Content-Length: 5');

const uploads: readonly [name: string, text: string][] = [
  ['nothing of its body', head],
  ['a part of its body', `${head}he`],
  ['nothing after 100 (Continue)', requestText('PUT', '/', 'Content-Length: 5', 'Expect: 100-continue')],
];
const bounds: readonly [name: string, plugin: PluginEntry][] = [
  ['the response head', timeouts({ responseHeadMs: 50 })],
  ['an attempt', retry({ attemptTimeoutMs: 50 })],
];

test.each(
  uploads.flatMap(([sent, text]) => bounds.map(([bound, plugin]) => ({ sent, text, bound, plugin }))),
)(
  'a client that sends $sent has no backend taken out, whatever the bound of $bound',
  async ({ text, plugin }) => {
    await using gateway = await startTestGateway({
      plugins: [breaker(), ejection, plugin],
      limits: { requestIdleTimeoutMs: 400 },
      origin: ({ connection, method }) => {
        if (method === 'GET') return {};
        connection.write('HTTP/1.1 100 Continue\r\n\r\n');
        return undefined;
      },
    });
    for (let i = 0; i < 3; i++) {
      using client = await gateway.connect();
      client.send(text);
      const { status } = await client.readResponse();
      expect(status).toBe(408);
    }
    expect((await gateway.fetch('/')).status).toBe(200);
  },
);

test('a client that sends its body slowly does not keep a circuit from closing', async () => {
  await using gateway = await startTestGateway({
    plugins: [breaker({ openMs: 50, probes: 1 })],
    origin: ({ method }) => (method === 'PATCH' ? { status: 500 } : { body: 'ok' }),
  });
  for (let i = 0; i < 2; i++) await gateway.fetch('/', { method: 'PATCH' });
  const attackers: RawClient[] = [];
  await expect
    .poll(async () => {
      const client = await gateway.connect();
      attackers.push(client);
      client.send(`${head}he`);
      return gateway.origin.requests.length;
    })
    .toBeGreaterThan(2);
  await expect.poll(async () => (await gateway.fetch('/')).status).toBe(200);
  for (const attacker of attackers) attacker.close();
});
