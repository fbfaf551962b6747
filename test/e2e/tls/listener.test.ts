import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ServerCertificate } from 'hookway';
import { startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Authority } from '../../support/authority.ts';
import { command, curl, startProgram, temporaryFolder } from '../peers.ts';
import { certificates } from './certificates.ts';
import { sClient } from './s-client.ts';
import { of, startForApp as start, to } from './started.ts';

test('curl gets an answer over TLS 1.3 and verifies the certificate', async () => {
  const { gateway, authority, connections } = await start();
  await using _ = gateway;
  const { status, body } = await curl('--cacert', authority.certFile, ...to('app.test', gateway));
  expect([status, body.toString()]).toEqual([200, 'ok']);
  expect(connections[0]).toMatchObject({
    isEncrypted: true,
    tls: { protocol: 'TLSv1.3', serverName: 'app.test', alpn: 'http/1.1', isResumed: false },
  });
  expect(connections[0]!.tls!.cipher).toMatch(/^TLS_/);
  const { inbound } = await gateway.waitForExchange();
  expect(inbound.scheme).toBe('https');
});

test('curl gets an answer over TLS 1.2, where the listener allows it', async () => {
  const { gateway, authority } = await start();
  await using _ = gateway;
  const options = ['--cacert', authority.certFile, '--tls-max', '1.2', ...to('app.test', gateway)];
  expect((await curl(...options)).status).toBe(200);
  const { gateway: strict } = await start({ tls: { minVersion: 'TLSv1.3' } });
  await using __ = strict;
  expect((await curl('--insecure', '--tls-max', '1.2', ...to('app.test', strict))).code).toBe(35);
  expect((await curl('--insecure', ...to('app.test', strict))).status).toBe(200);
});

test.each(['1.0', '1.1'])('TLS %s is refused with an alert', async (version) => {
  const { gateway } = await start();
  await using _ = gateway;
  const flag = version === '1.0' ? '-tls1' : '-tls1_1';
  const { stdout } = await sClient(
    gateway.port,
    flag,
    '-cipher',
    'ALL@SECLEVEL=0',
    '-servername',
    'app.test',
  );
  expect(stdout.toString()).toContain('alert protocol version');
});

test('a request with a body of a megabyte and its answer pass whole', async () => {
  const body = Buffer.alloc(1_048_576, 'x');
  const { gateway } = await start({
    origin: async (request) => ({ body: (await request.completed()).body }),
  });
  await using _ = gateway;
  const socket = connect({ port: gateway.port, servername: 'app.test', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.write(
    `POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
  );
  socket.write(body);
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  const answer = Buffer.concat(pieces);
  expect(answer.subarray(answer.indexOf('\r\n\r\n') + 4).equals(body)).toBe(true);
});

test('a name without certificate is refused with an alert, and so is a client without a name', async () => {
  const { gateway } = await start();
  await using _ = gateway;
  for (const name of [['-servername', 'other.test'], ['-noservername']]) {
    expect((await sClient(gateway.port, ...name)).stdout.toString()).toContain('alert handshake failure');
  }
  await gateway.waitForLog(({ msg }) => msg === 'handshake failed');
});

test('of an ECDSA and an RSA certificate the client gets the kind that it can verify', async () => {
  const authority = new Authority(temporaryFolder());
  const both = of(authority.issue('app.test', { key: 'rsa' }), authority.issue('app.test', { key: 'ec' }));
  await using gateway = await startTestGateway({
    tls: true,
    plugins: [certificates(() => ({ 'app.test': both }))],
  });
  const kindFor = async (...signatures: string[]): Promise<string> => {
    const { stdout } = await sClient(gateway.port, '-servername', 'app.test', '-sigalgs', ...signatures);
    return /Server public key is (\d+) bit/.exec(stdout.toString())![1]!;
  };
  expect(await kindFor('ECDSA+SHA256')).toBe('256');
  expect(await kindFor('RSA-PSS+SHA256')).toBe('2048');
});

test('a certificate that cannot be used is the gateway’s failure, and is written as one, once', async () => {
  const broken: ServerCertificate = { chains: [{ cert: 'no certificate', key: 'no key' }] };
  await using gateway = await startTestGateway({
    tls: true,
    plugins: [certificates(() => ({ '*': broken }))],
  });
  for (let i = 0; i < 3; i++) {
    const { stdout, stderr } = await command('curl', '-sS', '--insecure', ...to('app.test', gateway));
    expect(stdout + stderr).toContain('SSL');
  }
  const written = gateway.logLines.filter(({ msg }) => msg === 'the gateway has no certificate to show');
  expect(written.map(({ level }) => level)).toEqual(['error', 'debug', 'debug']);
  expect(written[0]).toMatchObject({ serverName: 'app.test', code: 'no_certificate' });
});

test('an idle connection that the gateway closes is closed with close_notify', async () => {
  const { gateway } = await start({ limits: { headTimeoutMs: 50 } });
  await using _ = gateway;
  const args = ['s_client', '-msg', '-connect', `127.0.0.1:${gateway.port}`, '-servername', 'app.test'];
  const { output } = await startProgram('openssl', args, (text) => text.includes('close_notify'));
  expect(output).toMatch(/<<< TLS 1\.3, Alert .*warning close_notify/);
});

test('a listener with TLS is refused where no plugin provides certificates', async () => {
  await expect(startTestGateway({ tls: true })).rejects.toThrow(
    'listeners[0] › tls: no plugin provides certificates, list "tls-certs" or "self-signed"',
  );
});
