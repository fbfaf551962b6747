import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { definePlugin } from 'hookway';
import { type LogLine, startOrigin, startTestGateway, type TestGateway, unusedPort } from 'hookway/testing';
import errorLog, { type Incident, Incidents } from 'hookway/plugins/error-log';
import retry from 'hookway/plugins/retry';
import { Authority } from '../../support/authority.ts';

let recent: () => readonly Incident[] = () => [];

/** Gives `recent` what others can read of the incidents. */
const watchIncidents = definePlugin({
  name: 'watch-incidents',
  setup: (gateway) => {
    recent = () => gateway.use(Incidents)!.recent;
  },
});

const isProblem = ({ level }: LogLine): boolean => level === 'error' || level === 'warn';
const problemsOf = (gateway: TestGateway): LogLine[] => gateway.logLines.filter(isProblem);

test('a backend that refuses connections is one incident with the cause, until it answers well again', async () => {
  const port = await unusedPort();
  await using gateway = await startTestGateway({
    plugins: [errorLog({ recoveryMs: 0 }), watchIncidents()],
    upstreams: { app: { backends: [{ url: `http://127.0.0.1:${port}`, name: 'a' }] } },
  });
  for (let i = 0; i < 20; i++) expect((await gateway.fetch('/')).status).toBe(502);
  const first = await gateway.waitForExchange(1);
  expect(problemsOf(gateway)).toMatchObject([
    {
      level: 'error',
      plugin: 'error-log',
      msg: 'incident: The backend could not be reached.',
      incident: 1,
      code: 'connect_failed',
      upstream: 'app',
      backend: 'a',
      exchange: first.id,
      causes: [{}, { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port }],
    },
  ]);
  expect(recent()).toMatchObject([{ failures: 20, closedAt: undefined }]);

  await using origin = await startOrigin({ body: 'ok' }, { port });
  expect(origin.requests).toHaveLength(0);
  expect((await gateway.fetch('/')).status).toBe(200);
  await gateway.waitForLog(({ msg }) => msg === 'incident is over');
  expect(gateway.logLines.at(-1)).toMatchObject({
    level: 'info',
    incident: 1,
    failures: 20,
    madeGood: 0,
    closedBy: 'recovered',
    durationMs: expect.any(Number),
  });
  expect(recent()).toMatchObject([{ closedBy: 'recovered' }]);
});

test('attempts that another backend made good are an incident, too', async () => {
  await using good = await startOrigin({ body: 'ok' });
  const dead = `http://127.0.0.1:${await unusedPort()}`;
  await using gateway = await startTestGateway({
    plugins: [errorLog(), watchIncidents(), retry({ attempts: 2, backoffMs: 1, maxBackoffMs: 1 })],
    upstreams: { app: { backends: [dead, good.url] } },
  });
  for (let i = 0; i < 3; i++) expect((await gateway.fetch('/')).status).toBe(200);
  expect(recent()).toMatchObject([{ code: 'connect_failed', failures: 3, madeGood: 3 }]);
});

test('a certificate that cannot be trusted is named as the cause', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-error-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { cert, key } = new Authority(folder).issue('127.0.0.1');
  const server = createServer({ cert, key }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await using gateway = await startTestGateway({
    plugins: [errorLog(), watchIncidents()],
    upstreams: { app: { backends: [`https://127.0.0.1:${port}`] } },
  });
  expect((await gateway.fetch('/')).status).toBe(502);
  expect(recent()).toHaveLength(1);
  expect(recent()[0]!.causes.map(({ code }) => code)).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('a response that breaks off is an incident of its backend', async () => {
  await using gateway = await startTestGateway({
    plugins: [errorLog(), watchIncidents()],
    origin: { body: 'x'.repeat(1_000), cutAt: 500, ending: 'reset' },
  });
  await expect(gateway.fetch('/')).rejects.toThrow();
  await gateway.waitForExchange(1);
  expect(recent()).toMatchObject([{ backend: gateway.origin.authority, failures: 1 }]);
});

test('a plugin that fails on every request is one incident, and one line of the gateway itself', async () => {
  const broken = definePlugin({
    name: 'broken',
    setup: ({ hooks }) => {
      hooks.onRequest.tap(() => {
        throw new TypeError('boom');
      });
    },
  });
  await using gateway = await startTestGateway({ plugins: [errorLog(), watchIncidents(), broken()] });
  for (let i = 0; i < 50; i++) expect((await gateway.fetch('/')).status).toBe(500);
  expect(recent()).toMatchObject([
    {
      code: 'plugin_failed',
      plugin: 'broken',
      hook: 'onRequest',
      failures: 50,
      causes: [{}, { message: 'boom' }],
    },
  ]);
  expect(problemsOf(gateway)).toMatchObject([
    { plugin: 'broken', hook: 'onRequest', err: { message: 'boom' } },
    { plugin: 'error-log', failedPlugin: 'broken' },
  ]);
  await gateway.close();
  expect(problemsOf(gateway).at(-1)).toMatchObject({ plugin: 'broken', repeated: 49 });
});

test('what clients do wrong is an incident only where it is asked for', async () => {
  for (const [faults, count] of [
    [['backend'], 0],
    [['client'], 1],
  ] as const) {
    await using gateway = await startTestGateway({
      plugins: [errorLog({ faults: [...faults] }), watchIncidents()],
      routes: [{ path: '/a', upstream: 'origin' }],
    });
    for (let i = 0; i < 3; i++) await gateway.fetch('/nowhere');
    expect(recent()).toHaveLength(count);
  }
});

test('incidents outlive a reload', async () => {
  const dead = `http://127.0.0.1:${await unusedPort()}`;
  const upstreams = { app: { backends: [dead] } };
  const plugins = [errorLog(), watchIncidents()];
  await using gateway = await startTestGateway({ plugins, upstreams });
  await gateway.fetch('/');
  await gateway.gateway.reload();
  await gateway.fetch('/');
  expect(recent()).toMatchObject([{ number: 1, failures: 2 }]);
});
