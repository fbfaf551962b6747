import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OriginRequest, startTestGateway, type TestGateway } from 'hookway/testing';
import { command } from './peers.ts';

const connections = 200;
const large = Buffer.alloc(16_000_000, 'x');

let gateway: TestGateway;

beforeAll(async () => {
  const limits = {
    headTimeoutMs: 1_000,
    requestIdleTimeoutMs: 1_000,
    sendIdleTimeoutMs: 1_000,
    keepAliveTimeoutMs: 1_000,
    lingerTimeoutMs: 100,
  };
  const origin = ({ target, connection }: OriginRequest): object | undefined => {
    if (target !== '/large') return { body: 'ok' };
    connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n`);
    connection.write(large); // more than the sockets on the way hold
    return undefined;
  };
  gateway = await startTestGateway({ limits, origin, log: { level: 'silent' } });
});

afterAll(() => gateway.close());

/** Attacks for a few seconds; a clean client asks all the while. */
async function attack(...how: readonly string[]): Promise<string> {
  const args = ['-c', String(connections), '-r', '200', '-i', '3', '-l', '8', '-p', '2', ...how];
  const running = command('slowhttptest', ...args);
  let isOver = false;
  void running.finally(() => (isOver = true));
  while (!isOver) expect((await gateway.fetch('/clean')).body).toBe('ok');
  return (await running).stdout.toString().replaceAll(/\x1b\[[0-9;]*m/g, '');
}

test.each([
  ['heads', ['-H']],
  ['bodies', ['-B', '-s', '4096']],
])(
  'slowhttptest with slow %s ends with its connections closed, and others are served all the while',
  async (_what, mode) => {
    const report = await attack(...mode, '-u', `${gateway.url}/slow`);
    expect(report).toMatch(/service available:\s+YES/i);
    expect(report).toMatch(/No open connections left/i);
  },
);

test('slowhttptest with slow reading is cut off, and others are served all the while', async () => {
  await attack('-X', '-w', '10', '-y', '20', '-n', '3', '-z', '32', '-u', `${gateway.url}/large`);
  const codes = gateway.exchanges
    .filter(({ inbound }) => inbound.path === '/large')
    .map(({ outcome }) => outcome?.code);
  expect(codes.filter((code) => code === 'client_stalled').length).toBeGreaterThan(connections / 10);
});
