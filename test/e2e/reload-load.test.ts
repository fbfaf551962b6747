import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGateway } from 'hookway';
import accessLog from 'hookway/plugins/access-log';
import circuitBreaker from 'hookway/plugins/circuit-breaker';
import compress from 'hookway/plugins/compress';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import headers from 'hookway/plugins/headers';
import healthCheck from 'hookway/plugins/health-check';
import loadBalance from 'hookway/plugins/load-balance';
import metrics from 'hookway/plugins/metrics';
import rateLimit from 'hookway/plugins/rate-limit';
import requestId from 'hookway/plugins/request-id';
import retry from 'hookway/plugins/retry';
import stickySession from 'hookway/plugins/sticky-session';
import timeouts from 'hookway/plugins/timeouts';
import { expect, onTestFinished, test } from 'vitest';
import { fetchFrom } from '../../core/testing/fetch.ts';
import { startBackend } from './cli-backend.ts';

const isFull = process.env['HOOKWAY_FULL'] === '1';
const reloads = isFull ? 1_000 : 120;
const clients = 8;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What is in use when nothing runs, after everything that nobody holds is gone. */
async function heldNow(): Promise<{ heapBytes: number; resources: Record<string, number> }> {
  for (let i = 0; i < 4; i++) {
    await nextTurn();
    collectGarbage();
  }
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  return { heapBytes: process.memoryUsage().heapUsed, resources };
}

function logFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-reload-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'access.log');
}

test(`${reloads} reloads under load fail no request and leave nothing behind`, {
  timeout: 120_000,
}, async () => {
  const backends = [await startBackend(), await startBackend()];
  const file = logFile();
  const configuration = (round: number) => ({
    listeners: [{ host: '127.0.0.1', port: 0 }],
    routes: [{ upstream: 'web' as const }],
    log: { level: 'error' as const },
    upstreams: { web: { backends } },
    plugins: [
      forwardedHeaders(),
      requestId(),
      rateLimit({ requests: 1_000_000, windowMs: 1_000 }),
      timeouts({ totalMs: 10_000 }),
      circuitBreaker(),
      healthCheck({ active: { path: '/', intervalMs: 500 } }),
      stickySession({
        cookie: 'hw',
        secret: 'a secret of more than enough characters',
        onFailure: 'redistribute',
      }),
      loadBalance({ policy: 'peak-ewma' }),
      retry(),
      headers({ response: { set: { 'x-round': String(round) } } }),
      compress(),
      accessLog({ file }),
      metrics(),
    ],
  });
  const gateway = await createGateway(configuration(0)).listen();
  onTestFinished(() => gateway.close({ now: true }));
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  onTestFinished(() => agent.destroy());
  let isOver = false;
  let answers = 0;
  const rounds = new Set<string>();
  const failures: unknown[] = [];
  const ask = async (): Promise<void> => {
    while (!isOver) {
      try {
        const { status, headers: fields } = await fetchFrom(gateway.addresses[0]!.port, '/', agent, {});
        if (status !== 200) failures.push(status);
        rounds.add(String(fields['x-round']));
        answers++;
      } catch (error) {
        failures.push(error);
        return;
      }
    }
  };
  const asking = Array.from({ length: clients }, ask);
  const reloadTo = async (from: number, to: number): Promise<void> => {
    for (let round = from; round < to; round++) {
      await gateway.reload(configuration(round));
      const answered = answers;
      while (answers < answered + clients && failures.length === 0) await nextTurn();
    }
  };
  await reloadTo(1, 50);
  const before = await heldNow();
  await reloadTo(50, reloads);
  isOver = true;
  await Promise.all(asking);
  const after = await heldNow();
  expect(failures).toEqual([]);
  expect(rounds.size).toBeGreaterThan(reloads / 2);
  expect(answers).toBeGreaterThan(reloads);
  expect(gateway.control.retiredGenerations).toBe(0);
  expect(after.resources['Timeout'] ?? 0).toBeLessThanOrEqual((before.resources['Timeout'] ?? 0) + 4);
  expect(after.resources['TCPSocketWrap'] ?? 0).toBeLessThanOrEqual(
    (before.resources['TCPSocketWrap'] ?? 0) + 4,
  );
  expect(after.heapBytes - before.heapBytes).toBeLessThan(8_000_000);
});
