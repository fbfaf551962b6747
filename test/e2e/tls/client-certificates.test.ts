import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { beforeAll, expect, test } from 'vitest';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { curl, type CurlResult } from '../peers.ts';
import { certificates } from './certificates.ts';
import { requestBySClient, sClient } from './s-client.ts';
import { of, startRecording, type Started } from './started.ts';

let ours: Authority;
let server: IssuedFiles;
let alice: IssuedFiles;
let stranger: IssuedFiles;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-clients-'));
  ours = new Authority(folder, 'Ours');
  server = ours.issue('app.test');
  alice = ours.issue('alice', { usage: 'clientAuth' });
  stranger = new Authority(folder, 'Theirs').issue('mallory', { usage: 'clientAuth' });
  return () => rmSync(folder, { recursive: true, force: true });
});

const start = (clientCertificate: 'request' | 'require'): Promise<Started> =>
  startRecording({ '*': of(server) }, { tls: { clientCertificate, clientCa: ours.certFile } });

const ask = ({ url }: TestGateway, as?: IssuedFiles, ...args: string[]): Promise<CurlResult> =>
  curl('--insecure', ...(as === undefined ? [] : ['--cert', as.certFile, '--key', as.keyFile]), ...args, url);

test.each(['1.2', '1.3'])(
  'required over TLS %s: only who shows one of the authority gets in',
  async (version) => {
    const { gateway, connections } = await start('require');
    await using _ = gateway;
    const limit = ['--tls-max', version];
    expect((await ask(gateway, alice, ...limit)).status).toBe(200);
    expect(connections[0]!.tls!.clientCertificate!.subject).toBe('CN=alice');
    const none = await ask(gateway, undefined, ...limit);
    expect([none.code, none.status]).not.toContain(200);
    expect(none.log).toMatch(/alert (handshake failure|certificate required)/);
    expect((await ask(gateway, stranger, ...limit)).status).toBe(0);
    expect(connections).toHaveLength(1);
    await gateway.waitForLog(({ msg, code }) => msg === 'handshake failed' && code !== undefined);
  },
);

test('requested: who shows none gets in as nobody, one that is shown has to be good', async () => {
  const { gateway, connections } = await start('request');
  await using _ = gateway;
  expect((await ask(gateway)).status).toBe(200);
  expect((await ask(gateway, alice)).status).toBe(200);
  expect((await ask(gateway, stranger)).status).toBe(0);
  const subjects = connections.map(({ tls }) => tls!.clientCertificate?.subject);
  expect(subjects).toEqual([undefined, 'CN=alice']);
});

test('a client sees which authorities are asked for', async () => {
  const { gateway } = await start('request');
  await using _ = gateway;
  const { stdout } = await sClient(gateway.port);
  expect(stdout.toString()).toMatch(/Acceptable client certificate CA names\n.*CN = Ours/);
});

test('a session begun without a certificate does not open a listener that requires one', async () => {
  await using open = await startTestGateway({
    tls: true,
    plugins: [certificates(() => ({ '*': { chains: [server] } }))],
  });
  const { gateway } = await start('require');
  await using _ = gateway;
  const session = join(ours.folder, 'session.pem');
  const connect = (port: number, ...args: string[]): ReturnType<typeof sClient> =>
    sClient(port, '-tls1_2', ...args);
  await connect(open.port, '-sess_out', session);
  expect((await connect(open.port, '-sess_in', session)).stdout.toString()).toContain('Reused, TLS');
  expect((await connect(gateway.port, '-sess_in', session)).stdout.toString()).toContain(
    'alert handshake failure',
  );
});

test('a resumed session keeps the certificate of its first handshake', async () => {
  const { gateway, connections } = await start('require');
  await using _ = gateway;
  const session = join(ours.folder, 'alice-session.pem');
  const args = ['-tls1_2', '-cert', alice.certFile, '-key', alice.keyFile];
  for (const each of ['-sess_out', '-sess_in']) await requestBySClient(gateway.port, ...args, each, session);
  expect(connections.map(({ tls }) => [tls!.isResumed, tls!.clientCertificate!.subject])).toEqual([
    [false, 'CN=alice'],
    [true, 'CN=alice'],
  ]);
});
