import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import {
  CertificateSource,
  definePlugin,
  type DownstreamConnection,
  refuse,
  type ServerCertificate,
} from 'hookway';
import { RawClient, startTestGateway, type TestGateway, type TestGatewayOptions } from 'hookway/testing';
import { expect, test, vi } from 'vitest';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { command, curl, startProgram, temporaryFolder } from '../peers.ts';
import { Gate } from '../gate.ts';
import { certificates } from './certificates.ts';

const of = (...issued: IssuedFiles[]): ServerCertificate => ({ chains: issued });

interface Started {
  readonly gateway: TestGateway;
  readonly authority: Authority;
  readonly connections: DownstreamConnection[];
}

/** A gateway with a certificate for app.test; `*` makes the others. */
async function start(options: TestGatewayOptions = {}): Promise<Started> {
  const authority = new Authority(temporaryFolder());
  const app = of(authority.issue('app.test'));
  const connections: DownstreamConnection[] = [];
  const recorder = definePlugin({
    name: 'recorder',
    setup: ({ hooks }) => {
      hooks.onRequest.tap(({ connection }) => void connections.push(connection));
    },
  });
  const gateway = await startTestGateway({
    tls: true,
    ...options,
    plugins: [options.plugins, certificates(() => ({ 'app.test': app })), recorder()],
  });
  return { gateway, authority, connections };
}

const to = (host: string, { port }: TestGateway): string[] => [
  '--resolve',
  `${host}:${port}:127.0.0.1`,
  `https://${host}:${port}/`,
];

/** Runs `openssl s_client` to its end, with that on its standard input. */
function sClient(port: number, ...args: string[]): ReturnType<typeof command> {
  const shell = 'openssl s_client -connect "127.0.0.1:$0" "$@" </dev/null 2>&1';
  return command('/bin/sh', '-c', shell, String(port), ...args);
}

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
  const request = (port: number, ...args: string[]): ReturnType<typeof command> =>
    command(
      '/bin/sh',
      '-c',
      `printf 'GET / HTTP/1.1\\r\\nHost: app.test\\r\\nConnection: close\\r\\n\\r\\n' |
        openssl s_client -ign_eof -connect "127.0.0.1:$0" -servername app.test "$@" 2>&1`,
      String(port),
      version,
      ...args,
    );
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

test('an idle connection that the gateway closes is closed with close_notify', async () => {
  const { gateway } = await start({ limits: { headTimeoutMs: 50 } });
  await using _ = gateway;
  const args = ['s_client', '-msg', '-connect', `127.0.0.1:${gateway.port}`, '-servername', 'app.test'];
  const { output } = await startProgram('openssl', args, (text) => text.includes('close_notify'));
  expect(output).toMatch(/<<< TLS 1\.3, Alert .*warning close_notify/);
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

test('a listener with TLS is refused where no plugin provides certificates', async () => {
  await expect(startTestGateway({ tls: true })).rejects.toThrow(
    'listeners[0] › tls: no plugin provides certificates, list "tls-certs" or "self-signed"',
  );
});
