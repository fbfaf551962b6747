import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { definePlugin, only } from 'hookway';
import { startOrigin, startTestGateway, type TestGateway, type TestGatewayOptions } from 'hookway/testing';
import clientCert, { ClientCertificate, type ClientIdentity } from 'hookway/plugins/client-cert';
import { beforeAll, expect, test } from 'vitest';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { curl, type CurlResult } from '../peers.ts';
import { certificates } from '../tls/certificates.ts';

let authority: Authority;
let server: IssuedFiles;
let alice: IssuedFiles;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-client-cert-'));
  authority = new Authority(folder);
  server = authority.issue('app.test');
  alice = authority.issue('alice', { usage: 'clientAuth', altNames: 'email:alice@app.test' });
  return () => rmSync(folder, { recursive: true, force: true });
});

function start(
  plugins: TestGatewayOptions['plugins'],
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  return startTestGateway({
    tls: { clientCertificate: 'request', clientCa: authority.certFile },
    ...options,
    plugins: [certificates(() => ({ '*': { chains: [server] } })), plugins],
  });
}

const ask = (url: string, as?: IssuedFiles, ...args: string[]): Promise<CurlResult> =>
  curl('--insecure', ...(as === undefined ? [] : ['--cert', as.certFile, '--key', as.keyFile]), ...args, url);

const forged = ['-H', 'Client-Cert: :Zm9yZ2Vk:', '-H', 'client-cert-chain: :Zm9yZ2Vk:'];

test('backends and plugins learn who the client is', async () => {
  const seen: (ClientIdentity | undefined)[] = [];
  const reader = definePlugin({
    name: 'reader',
    setup: ({ hooks }) => {
      hooks.onRequest.tap((exchange) => void seen.push(exchange.get(ClientCertificate)));
    },
  });
  await using gateway = await start([clientCert(), reader()]);
  expect((await ask(gateway.url, alice, ...forged)).status).toBe(200);
  const request = await gateway.origin.waitForRequest();
  const { raw, fingerprint256, serialNumber } = new X509Certificate(alice.cert);
  expect(request.header('client-cert')).toBe(`:${raw.toString('base64')}:`);
  expect(request.header('client-cert-chain')).toBeUndefined();
  expect(seen[0]).toMatchObject({
    subject: 'CN=alice',
    issuer: 'CN=Test Authority',
    subjectAltName: 'email:alice@app.test',
    fingerprint256,
    serialNumber,
  });
});

test('the chain is sent where it is wanted and there is one', async () => {
  await using gateway = await start([clientCert({ chain: true })]);
  const bundle = join(authority.folder, 'bundle.pem');
  writeFileSync(bundle, alice.cert + authority.cert);
  await ask(gateway.url, { ...alice, certFile: bundle });
  await ask(gateway.url, alice);
  const root = new X509Certificate(authority.cert).raw.toString('base64');
  expect((await gateway.origin.waitForRequest(1)).header('client-cert-chain')).toBe(`:${root}:`);
  await gateway.origin.waitForRequest(2);
});

test('what clients say about themselves does not pass, with TLS or without', async () => {
  await using encrypted = await start([clientCert()]);
  await ask(encrypted.url, undefined, ...forged);
  await using plain = await startTestGateway({ plugins: [clientCert()] });
  await ask(plain.url, undefined, ...forged);
  for (const { origin } of [encrypted, plain]) {
    const request = await origin.waitForRequest();
    expect([request.header('client-cert'), request.header('client-cert-chain')]).toEqual([
      undefined,
      undefined,
    ]);
  }
});

test('a request whose Connection names its field is refused', async () => {
  await using gateway = await start([clientCert()]);
  expect((await ask(gateway.url, alice, '-H', 'Connection: client-cert')).status).toBe(400);
  expect(gateway.origin.requests).toHaveLength(0);
});

test('underscores do not lead past it', async () => {
  await using gateway = await start([clientCert()]);
  await ask(gateway.url, alice, '-H', 'Client_Cert: :Zm9yZ2Vk:');
  const request = await gateway.origin.waitForRequest();
  const { raw } = new X509Certificate(alice.cert);
  expect(request.headers.filter(([name]) => /^client.cert$/i.test(name)).map(([, value]) => value)).toEqual([
    `:${raw.toString('base64')}:`,
  ]);
});

test('fields: false keeps it from backends', async () => {
  await using gateway = await start([clientCert({ fields: false })]);
  await ask(gateway.url, alice, ...forged);
  expect((await gateway.origin.waitForRequest()).header('client-cert')).toBeUndefined();
});

test('require closes single routes', async () => {
  await using origin = await startOrigin({ body: 'ok' });
  await using gateway = await start([only({ routes: ['admin'] }, clientCert({ require: true }))], {
    upstreams: { app: { backends: [origin.url] } },
    routes: [{ name: 'admin', path: '/admin/*', upstream: 'app' }, { upstream: 'app' }],
  });
  expect((await ask(gateway.url)).status).toBe(200);
  expect((await ask(`${gateway.url}/admin/`, alice)).status).toBe(200);
  const refused = await ask(`${gateway.url}/admin/`, undefined, '-H', 'Accept: application/json');
  expect(refused.status).toBe(403);
  expect(JSON.parse(refused.body.toString())).toMatchObject({ code: 'client_certificate_required' });
});
