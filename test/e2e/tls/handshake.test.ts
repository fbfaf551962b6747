import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { CertificateSource, definePlugin, refuse, type ServerCertificate } from 'hookway';
import { RawClient, startTestGateway } from 'hookway/testing';
import { expect, test, vi } from 'vitest';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { command, type CommandResult, curl, temporaryFolder } from '../peers.ts';
import { Gate } from '../gate.ts';
import { certificates } from './certificates.ts';
import { requestBySClient } from './s-client.ts';
import { of, startForApp as start, to } from './started.ts';

test.each(['-tls1_2', '-tls1_3'])('a session is resumed on every listener (%s)', async (version) => {
  const { gateway, connections } = await start();
  await using _ = gateway;
  const authority = new Authority(temporaryFolder());
  const other = of(authority.issue('app.test'));
  await using second = await startTestGateway({
    tls: true,
    plugins: [certificates(() => ({ 'app.test': other }))],
  });
  const session = join(temporaryFolder(), 'session.pem');
  const request = (port: number, ...args: string[]): Promise<CommandResult> =>
    requestBySClient(port, '-servername', 'app.test', version, ...args);
  expect((await request(gateway.port, '-sess_out', session)).stdout.toString()).toContain('New, TLS');
  for (const { port } of [gateway, second])
    expect((await request(port, '-sess_in', session)).stdout.toString()).toContain('Reused, TLS');
  expect(connections.map(({ tls }) => tls!.isResumed)).toEqual([false, true]);
});

test('after a reload handshakes get the new certificates, open connections go on, sessions are resumed', async () => {
  const authority = new Authority(temporaryFolder());
  const withCertificate = (issued: IssuedFiles) => ({
    tls: true,
    plugins: [certificates(() => ({ 'app.test': of(issued) }))],
  });
  await using gateway = await startTestGateway(withCertificate(authority.issue('app.test')));
  const shake = async (session?: Buffer) => {
    const socket = connect({ port: gateway.port, servername: 'app.test', ca: authority.cert, session });
    await once(socket, 'secureConnect');
    return socket;
  };
  const ask = async (socket: TLSSocket): Promise<string> => {
    socket.write('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().slice(0, 12);
  };
  const first = await shake();
  const session = once(first, 'session') as Promise<[Buffer]>;
  expect(await ask(first)).toBe('HTTP/1.1 200');
  await gateway.reload(withCertificate(authority.issue('app.test')));
  const second = await shake();
  expect(second.getPeerX509Certificate()!.serialNumber).not.toBe(
    first.getPeerX509Certificate()!.serialNumber,
  );
  expect(await ask(first)).toBe('HTTP/1.1 200');
  const third = await shake((await session)[0]);
  expect(third.isSessionReused()).toBe(true);
  for (const socket of [first, second, third]) socket.destroy();
});

test('a source may take its time; what the client sends meanwhile is not lost', async () => {
  const authority = new Authority(temporaryFolder());
  const app = of(authority.issue('app.test'));
  const gate = new Gate();
  let asked = 0;
  const slow = (): Promise<ServerCertificate> => gate.opened.then(() => app);
  const source = definePlugin({
    name: 'slow-source',
    setup: ({ provide }) => {
      const find = (): Promise<ServerCertificate> => (++asked, slow());
      provide(CertificateSource, { find, fallback: slow });
    },
  });
  await using gateway = await startTestGateway({ tls: true, plugins: [source()] });
  const answer = curl('--cacert', authority.certFile, ...to('app.test', gateway));
  await vi.waitFor(() => expect(asked).toBe(1));
  gate.open();
  expect((await answer).status).toBe(200);
});

test('plain HTTP on a TLS port is answered with 400 in plain text, and the connection ends', async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const { status, body } = await curl(`http://127.0.0.1:${gateway.port}/`);
  expect(status).toBe(400);
  expect(JSON.parse(body.toString())).toMatchObject({ code: 'plain_http' });
  using client = await RawClient.connect(gateway.port);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc');
  expect((await client.readResponse()).header('connection')).toBe('close');
  await client.readUntilClose();
});

test('TLS by the byte is understood', async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const recorded = readFileSync(new URL('client-hello.bin', import.meta.url));
  using client = await RawClient.connect(gateway.port);
  await client.sendInPieces(recorded);
  await client.waitForBytes(5);
  expect(client.received[0]).toBe(22); // a handshake record answers
});

test('who does not shake hands in time is closed and makes room for another', async () => {
  const { gateway } = await start({ limits: { handshakeTimeoutMs: 100, maxConnections: 1 } });
  await using _ = gateway;
  using silent = await RawClient.connect(gateway.port);
  using refused = await RawClient.connect(gateway.port);
  await refused.readUntilClose();
  expect(silent.hasEnded).toBe(false);
  await silent.readUntilClose();
  const { reason } = await gateway.waitForLog(({ msg }) => msg === 'handshake failed');
  expect(reason).toBe('The handshake took too long.');
  expect((await curl('--insecure', ...to('app.test', gateway))).status).toBe(200);
});

test('onAccept runs before the handshake and can refuse', async () => {
  const seen: unknown[] = [];
  const bouncer = definePlugin({
    name: 'bouncer',
    setup: ({ hooks }) => {
      hooks.onAccept.tap(({ isEncrypted, tls }) => {
        seen.push({ isEncrypted, tls });
        return refuse('closed');
      });
    },
  });
  const { gateway } = await start({ plugins: [bouncer()] });
  await using _ = gateway;
  expect((await curl('--insecure', ...to('app.test', gateway))).code).toBe(35);
  expect(seen).toEqual([{ isEncrypted: true, tls: undefined }]);
});

test('renegotiation is refused', async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const { stdout } = await command(
    '/bin/sh',
    '-c',
    `(printf 'R\\n'; sleep 0.3) | openssl s_client -connect 127.0.0.1:${gateway.port} -servername app.test -tls1_2 2>&1`,
  );
  expect(stdout.toString()).toMatch(/no renegotiation/);
});

test('garbage instead of a handshake harms nobody', async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const pieces = [
    '\x16\x03\x01\x00\x05\x01\xff\xff\xff\xff',
    '\x16\x03\x01\xff\xff',
    '\x80\x2e\x01\x00\x02',
    '\x16',
  ];
  for (const bytes of pieces) {
    using client = await RawClient.connect(gateway.port);
    client.send(bytes);
    client.socket.end();
    await client.readUntilClose();
  }
  expect((await curl('--insecure', ...to('app.test', gateway))).status).toBe(200);
});

test('a drain ends handshakes that have not come to an end', async () => {
  const { gateway } = await start();
  await using _ = gateway;
  using client = await RawClient.connect(gateway.port);
  client.send('\x16\x03\x01');
  await gateway.gateway.close();
  await client.readUntilClose();
});
