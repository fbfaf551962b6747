import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { checkConfiguration } from 'hookway';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import redirect from 'hookway/plugins/redirect';
import securityHeaders from 'hookway/plugins/security-headers';
import selfSigned from 'hookway/plugins/self-signed';
import tlsCerts from 'hookway/plugins/tls-certs';
import { beforeEach, expect, test } from 'vitest';
import { Authority } from '../../support/authority.ts';
import { command, curl, type CurlResult, temporaryFolder } from '../peers.ts';

let stateDirectory: string;
let ca: string;

beforeEach(() => {
  stateDirectory = join(temporaryFolder(), 'state');
  ca = join(stateDirectory, 'authority.pem');
});

const start = (names?: string[]): Promise<TestGateway> =>
  startTestGateway({ tls: true, plugins: [selfSigned({ stateDirectory, ...(names && { names }) })] });

function ask({ port }: TestGateway, host: string, ...args: string[]): Promise<CurlResult> {
  const resolve = ['--resolve', `${host}:${port}:127.0.0.1`];
  return curl('--cacert', ca, ...resolve, ...args, `https://${host}:${port}/`);
}

/** What `openssl s_client` says about localhost, passed on to another command. */
async function sClient({ port }: TestGateway, pipe: string): Promise<string> {
  const connect = `openssl s_client -connect 127.0.0.1:${port} -servername localhost </dev/null 2>/dev/null ${pipe}`;
  return (await command('/bin/sh', '-c', connect)).stdout.toString();
}

test('curl --cacert trusts it, by name, below a wildcard, and by address', async () => {
  await using gateway = await start(['localhost', '*.dev.test', '127.0.0.1']);
  expect((await ask(gateway, 'localhost')).status).toBe(200);
  expect((await ask(gateway, 'a.dev.test')).status).toBe(200);
  expect((await ask(gateway, 'a.b.dev.test')).status).toBe(200);
  expect((await curl('--cacert', ca, gateway.url)).status).toBe(200);
});

test('nothing has to be configured for localhost', async () => {
  await using gateway = await start();
  for (const host of ['localhost', 'app.localhost']) expect((await ask(gateway, host)).status).toBe(200);
  expect((await curl('--cacert', ca, gateway.url)).status).toBe(200);
});

test('a name that is not listed gets no certificate of its own', async () => {
  await using gateway = await start(['localhost']);
  for (const host of ['other.test', 'dev.test']) {
    const { code, log } = await ask(gateway, host);
    expect(code, log).toBe(60); // curl: the certificate is for somebody else
  }
});

test('the authority is for its owner alone, survives restarts, and signs keys on P-256', async () => {
  const authority = (): string => new X509Certificate(readFileSync(ca)).fingerprint256;
  const first = await start(['localhost']);
  const made = authority();
  await first.close();
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect(mode(stateDirectory)).toBe('700');
  expect(mode(join(stateDirectory, 'authority.key'))).toBe('600');
  expect(readdirSync(stateDirectory).sort()).toEqual(['authority.key', 'authority.pem']);
  await using second = await start(['localhost']);
  expect(authority()).toBe(made);
  const { log } = await ask(second, 'localhost', '--verbose');
  expect(log).toContain('SSL certificate verify ok');
  const shown = await sClient(second, '');
  expect(shown).toContain('Server public key is 256 bit');
});

test('a folder that is there keeps its permissions, unless everybody may write in it', async () => {
  mkdirSync(stateDirectory);
  chmodSync(stateDirectory, 0o755);
  await (await start(['localhost'])).close();
  expect(statSync(stateDirectory).mode & 0o777).toBe(0o755);
  rmSync(join(stateDirectory, 'authority.key'));
  chmodSync(stateDirectory, 0o1777);
  await expect(start(['localhost'])).rejects.toThrow('may be written by everybody');
});

test('gateways that start at once agree on one authority', async () => {
  const gateways = await Promise.all([1, 2, 3].map(() => start(['localhost'])));
  try {
    for (const gateway of gateways) expect((await ask(gateway, 'localhost')).status).toBe(200);
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.close()));
  }
});

test('a check of the configuration writes nothing', async () => {
  await checkConfiguration({
    listeners: [{ port: 0, tls: true }],
    upstreams: {},
    routes: [],
    plugins: [selfSigned({ stateDirectory })],
  });
  expect(existsSync(stateDirectory)).toBe(false);
});

test('a key that others may read is refused, and so is a damaged one', async () => {
  await (await start()).close();
  const key = join(stateDirectory, 'authority.key');
  chmodSync(key, 0o644);
  await expect(start()).rejects.toThrow('may be read or written by others');
  chmodSync(key, 0o600);
  writeFileSync(key, 'damaged');
  await expect(start()).rejects.toThrow('is damaged: remove it, and another authority is made');
});

test.each(['a b', 'https://a.test', '*', 'a.*.test', ''])('the name %j is refused', async (name) => {
  await expect(start([name])).rejects.toThrow('names[0]: must be a host name');
});

test('certificates of files come first where their plugin is listed first', async () => {
  const { certFile: cert, keyFile: key } = new Authority(temporaryFolder()).issue('app.test');
  await using gateway = await startTestGateway({
    tls: true,
    plugins: [
      tlsCerts({ certificates: [{ cert, key }], default: false }),
      selfSigned({ stateDirectory, names: ['app.test', 'other.test'] }),
    ],
  });
  expect((await ask(gateway, 'other.test')).status).toBe(200);
  expect((await ask(gateway, 'app.test')).code).toBe(60); // of an authority that is not ours
});

test('certificates survive a reload', async () => {
  await using gateway = await start(['localhost']);
  const serial = (): Promise<string> => sClient(gateway, '| openssl x509 -noout -serial');
  const before = await serial();
  await gateway.gateway.reload();
  expect(await serial()).toBe(before);
});

test('redirect leads from http to https, where HSTS is announced', async () => {
  await using secure = await startTestGateway({
    tls: true,
    plugins: [selfSigned({ stateDirectory }), securityHeaders({ hsts: { maxAgeSeconds: 600 } })],
  });
  await using plain = await startTestGateway({ plugins: [redirect({ to: 'https', port: secure.port })] });
  const url = `http://localhost:${plain.port}/`;
  const resolve = ['--resolve', `localhost:${secure.port}:127.0.0.1`];
  const { status, log } = await curl('--cacert', ca, '--location', '--verbose', ...resolve, url);
  expect(status).toBe(200);
  expect(log).toMatch(/< Location: https:\/\/localhost:\d+\//i);
  expect(log).toMatch(/< Strict-Transport-Security: max-age=600/i);
});
