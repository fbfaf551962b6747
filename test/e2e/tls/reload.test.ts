import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { beforeAll, expect, test } from 'vitest';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { get } from '../wire.ts';
import { certificates } from './certificates.ts';

let authority: Authority;
let server: IssuedFiles;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-reload-tls-'));
  authority = new Authority(folder, 'Ours');
  server = authority.issue('app.test');
  return () => rmSync(folder, { recursive: true, force: true });
});

const source = () => certificates(() => ({ '*': { chains: [server] } }));

/** A client that has been served once and keeps its connection. */
async function serve({ port }: TestGateway): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  await ask(socket);
  return socket;
}

/** Status of the answer; undefined when the connection ends instead. */
function ask(socket: TLSSocket): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.once('data', (bytes: Buffer) => resolve(bytes.toString().slice(9, 12)));
    socket.once('close', () => resolve(undefined)).on('error', () => {});
    if (socket.closed) resolve(undefined);
    socket.write(get());
  });
}

test('a connection goes on when a reload leaves the TLS of its listener as it is', async () => {
  await using gateway = await startTestGateway({ tls: {}, plugins: [source()] });
  const socket = await serve(gateway);
  await gateway.reload({ tls: {}, plugins: [source()] });
  expect(await ask(socket)).toBe('200');
  socket.destroy();
});

test('who connected before certificates of clients were required has to connect again', async () => {
  await using gateway = await startTestGateway({ tls: true, plugins: [source()] });
  const socket = await serve(gateway);
  await gateway.reload({
    tls: { clientCertificate: 'require', clientCa: authority.certFile },
    plugins: [source()],
  });
  expect(await ask(socket)).toBeUndefined();
});

test('who connected before the listener spoke TLS has to connect again, and back', async () => {
  await using gateway = await startTestGateway({ plugins: [source()] });
  using plain = await gateway.connect();
  plain.send(get());
  expect((await plain.readResponse()).status).toBe(200);
  await gateway.reload({ tls: true, plugins: [source()] });
  await plain.readUntilClose();
  const socket = await serve(gateway);
  await gateway.reload({ plugins: [source()] });
  expect(await ask(socket)).toBeUndefined();
  using again = await gateway.connect();
  again.send(get());
  expect((await again.readResponse()).status).toBe(200);
});

test('what runs when the TLS of its listener changes is finished, and the connection says that it closes', async () => {
  let answer!: () => void;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await using gateway = await startTestGateway({
    plugins: [source()],
    origin: { after: answered, body: 'late' },
  });
  using plain = await gateway.connect();
  plain.send(get());
  await gateway.origin.waitForRequest();
  await gateway.reload({ tls: true, plugins: [source()] });
  answer();
  const response = await plain.readResponse();
  expect([response.text, response.header('connection')]).toEqual(['late', 'close']);
});
