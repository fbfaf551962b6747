import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UpstreamTlsConfig } from 'hookway';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import healthCheck from 'hookway/plugins/health-check';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { startNginx, temporaryFolder } from '../peers.ts';
import { certificates } from './certificates.ts';

let ours: Authority;
let internal: IssuedFiles;
let local: IssuedFiles;
let gatewayId: IssuedFiles;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-upstream-'));
  ours = new Authority(folder, 'Ours');
  internal = ours.issue('app.internal');
  local = ours.issue('127.0.0.1');
  gatewayId = ours.issue('gateway', { usage: 'clientAuth' });
  return () => rmSync(folder, { recursive: true, force: true });
});

/** nginx that answers with what it knows of the connection. */
async function startTlsNginx({ certFile, keyFile }: IssuedFiles, directives = ''): Promise<string> {
  const report = '"$ssl_protocol $ssl_server_name $ssl_session_reused $ssl_client_s_dn $connection\\n"';
  const url = await startNginx(
    temporaryFolder(),
    `ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}; ${directives}
     location = /file { alias ${keyFile}.data; default_type text/plain; }
     location / { default_type text/plain; return 200 ${report}; }`,
    'ssl',
  );
  return url;
}

const to = (url: string, tls: UpstreamTlsConfig = { ca: ours.certFile }): Promise<TestGateway> =>
  startTestGateway({ upstreams: { app: { backends: [url], tls } } });

test('a backend is verified by its address and by the authority', async () => {
  await using gateway = await to(await startTlsNginx(local));
  const { status, body } = await gateway.fetch('/');
  expect(status).toBe(200);
  expect(body).toMatch(/^TLSv1\.3 {2}\. /);
});

test('serverName is asked for and verified instead of the host', async () => {
  await using gateway = await to(await startTlsNginx(internal), {
    ca: ours.certFile,
    serverName: 'app.internal',
  });
  expect((await gateway.fetch('/')).body).toMatch(/^TLSv1\.3 app\.internal \. /);
});

test('the name in the certificate has to be that of the backend', async () => {
  await using gateway = await to(await startTlsNginx(internal));
  const answer = await gateway.fetch('/');
  expect([answer.status, answer.json()]).toMatchObject([502, { code: 'tls_failed' }]);
  const { attempts } = await gateway.waitForExchange();
  expect(attempts[0]!.error!.cause).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

test('an unknown authority is not trusted, unless verify is false, of which the log warns', async () => {
  const url = await startTlsNginx(local);
  await using strict = await to(url, {});
  expect((await strict.fetch('/')).json()).toMatchObject({ code: 'tls_failed' });
  const { attempts } = await strict.waitForExchange();
  expect(attempts[0]!.error!.cause).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  await using loose = await to(url, { verify: false });
  expect((await loose.fetch('/')).status).toBe(200);
  const { level, upstream } = await loose.waitForLog(({ msg }) => String(msg).includes('verify is false'));
  expect([level, upstream]).toEqual(['warn', 'app']);
});

test('connections are pooled, and further ones resume the session', async () => {
  await using gateway = await to(await startTlsNginx(local, 'keepalive_requests 3;'));
  const seen: string[][] = [];
  for (let i = 0; i < 9; i++) seen.push((await gateway.fetch('/')).body.trim().split(' ').slice(2));
  const connections = new Map(seen.map(([reused, , id]) => [id!, reused!]));
  expect(connections.size).toBe(3);
  expect([...connections.values()]).toEqual(['.', 'r', 'r']);
});

test('the gateway shows its certificate to a backend that asks for one', async () => {
  const url = await startTlsNginx(local, `ssl_verify_client on; ssl_client_certificate ${ours.certFile};`);
  const { certFile: cert, keyFile: key } = gatewayId;
  await using known = await to(url, { ca: ours.certFile, cert, key });
  expect((await known.fetch('/')).body).toContain('CN=gateway');
  await using unknown = await to(url);
  expect((await unknown.fetch('/')).status).toBe(400); // nginx's own word
});

test('a long body arrives whole, up and down', async () => {
  const bytes = Buffer.alloc(3_000_000, 'abcdefghij');
  writeFileSync(`${local.keyFile}.data`, bytes);
  await using gateway = await to(await startTlsNginx(local));
  const answer = await gateway.fetch('/file');
  expect(answer.bytes.equals(bytes)).toBe(true);
});

test('a backend that speaks plain HTTP on its port is a failed handshake', async () => {
  const url = (await startNginx(temporaryFolder())).replace('http:', 'https:');
  await using gateway = await to(url);
  expect((await gateway.fetch('/')).json()).toMatchObject({ code: 'tls_failed' });
});

test('a gateway is a good backend to another, client certificates included', async () => {
  await using inner = await startTestGateway({
    tls: { clientCertificate: 'require', clientCa: ours.certFile, minVersion: 'TLSv1.3' },
    plugins: [certificates(() => ({ '*': { chains: [local] } }))],
  });
  const { certFile: cert, keyFile: key } = gatewayId;
  await using outer = await to(inner.url, { ca: ours.certFile, cert, key });
  for (let i = 0; i < 3; i++) expect((await outer.fetch('/', { body: 'x'.repeat(100_000) })).body).toBe('ok');
  expect((await inner.waitForExchange(3)).connection.tls!.clientCertificate!.subject).toBe('CN=gateway');
});

test('a WebSocket passes, encrypted on both sides', async () => {
  const { cert, key } = local;
  const server = createServer({ cert, key });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (text) => socket.send(text, { binary: false })));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  await using gateway = await startTestGateway({
    tls: true,
    upstreams: {
      app: {
        backends: [`https://127.0.0.1:${(server.address() as AddressInfo).port}`],
        tls: { ca: ours.certFile },
      },
    },
    plugins: [certificates(() => ({ '*': { chains: [local] } }))],
  });
  const client = new WebSocket(`wss://127.0.0.1:${gateway.port}/`, { ca: ours.cert });
  await once(client, 'open');
  for (const text of ['hello', 'x'.repeat(300_000)]) {
    client.send(text);
    const [answer] = (await once(client, 'message')) as [Buffer];
    expect(answer.toString()).toBe(text);
  }
  client.close();
  await once(client, 'close');
});

test('health checks verify as requests do', async () => {
  const url = await startTlsNginx(internal);
  const upstreams = (tls: UpstreamTlsConfig) => ({ app: { backends: [url], tls } });
  const probe = healthCheck({ active: { path: '/', intervalMs: 50, rise: 1, fall: 1 } });
  await using good = await startTestGateway({
    upstreams: upstreams({ ca: ours.certFile, serverName: 'app.internal' }),
    plugins: [probe],
  });
  await using bad = await startTestGateway({ upstreams: upstreams({ ca: ours.certFile }), plugins: [probe] });
  const { reason } = await bad.waitForLog(({ msg }) => String(msg).startsWith('backend is down'));
  expect(reason).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(good.logLines.filter(({ msg }) => String(msg).startsWith('backend is down'))).toEqual([]);
});
