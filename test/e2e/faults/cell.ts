import { definePlugin, type Exchange } from 'hookway';
import retry from 'hookway/plugins/retry';
import { startOrigin, startTestGateway, type TestGateway } from 'hookway/testing';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'vitest';
import { terminationOf } from '../../../plugins/access-log/termination.ts';
import { Gate } from '../gate.ts';
import { turn } from '../wire.ts';
import type { Fault, FaultyBackend } from './backends.ts';
import type { RequestKind } from './kinds.ts';

const long = 10_000;
const patient = { connectTimeoutMs: long, responseHeadTimeoutMs: long, idleTimeoutMs: long, pipelining: 4 };
const impatient = { ...patient, connectTimeoutMs: 150, responseHeadTimeoutMs: 150, idleTimeoutMs: 150 };

const retryAll = retry({
  failures: [
    'connect_failed',
    'connect_timeout',
    'connection_lost',
    'response_head_timeout',
    'malformed_response',
  ],
  backoffMs: 0,
});

/** What one kind of request meets with at one faulty backend: `502 connect_failed SC x1`. */
export async function runCell(fault: Fault, kind: RequestKind, mayRetry: boolean): Promise<string> {
  const strike = new Gate();
  if (kind.leaves !== true) strike.open();
  const backend = await fault({ after: strike.opened, isEarly: kind.isUnfinished === true });
  await using sound = await startOrigin({ body: 'sound', isEarly: kind.isUnfinished === true });
  const sending = sendingPlugin();
  await using gateway = await startTestGateway({
    plugins: [sending.plugin, mayRetry && retryAll],
    upstreams: {
      app: {
        backends: mayRetry ? [backend.url, sound.url] : [backend.url],
        ...(backend.isSilent === true ? impatient : patient),
      },
      sound: { backends: [sound.url] },
    },
    routes: [{ path: '/sound', upstream: 'sound' }, { upstream: 'app' }],
    limits: { requestIdleTimeoutMs: backend.isSilent === true ? 500 : long, lingerTimeoutMs: 50 },
  });
  if (backend.isWarm === true) await gateway.fetch('/warm');
  const reached = Promise.all([sending.begun, backend.reached]);
  using client = await gateway.connect();
  const settled = gateway.waitForExchange(gateway.exchanges.length + 1);
  const seen = await kind.send(client, { reached, settled });
  await settled;
  strike.open();
  expect(await gateway.fetch('/sound'), 'the gateway serves others').toMatchObject({ body: 'sound' });
  client.close();
  await expectNothingLeft(gateway, backend);
  await backend.close();
  return describe(seen, gateway.exchanges);
}

/** Tells when an attempt has begun. */
function sendingPlugin(): {
  readonly plugin: ReturnType<ReturnType<typeof definePlugin>>;
  readonly begun: Promise<void>;
} {
  const gate = new Gate();
  const plugin = definePlugin({
    name: 'sending',
    setup: ({ hooks }) => hooks.onBackendRequest.tap(() => void turn().then(gate.open)),
  });
  return { plugin: plugin(), begun: gate.opened };
}

async function expectNothingLeft({ gateway, logLines }: TestGateway, backend: FaultyBackend): Promise<void> {
  const { control } = gateway;
  const backends = [...control.upstreams.values()].flatMap((upstream) => upstream.backends);
  await gateway.close();
  const left = {
    connections: control.openConnections,
    exchanges: control.activeExchanges,
    attempts: sum(backends.map(({ activeAttempts }) => activeAttempts)),
    queued: sum(backends.map(({ pool }) => pool.queueLength)),
    connecting: sum(backends.map(({ pool }) => pool.connectingCount)),
    pooled: sum(backends.map(({ pool }) => pool.size)),
  };
  expect(left).toEqual({ connections: 0, exchanges: 0, attempts: 0, queued: 0, connecting: 0, pooled: 0 });
  for (const endMs = Date.now() + 5_000; backend.openConnections() > 0 && Date.now() < endMs; )
    await nextTurn();
  expect(backend.openConnections(), 'connections of the backend').toBe(0);
  expect(logLines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function describe(seen: string, exchanges: readonly Exchange[]): string {
  const ends = exchanges
    .filter(({ inbound }) => inbound.path === '/')
    .map(({ outcome, attempts }) => {
      return `${outcome!.code ?? 'ok'} ${terminationOf(outcome!)} x${attempts.length}`;
    });
  return `${seen} ${[...new Set(ends)].join(' / ')}`;
}
