import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createSecureContext, type SecureContext } from 'node:tls';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Channel } from '../../../core/transport/channel.ts';
import { startTls } from '../../../core/transport/tls-socket.ts';
import { Authority } from '../../support/authority.ts';

let secureContext: SecureContext;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-tls-socket-'));
  const { cert, key } = new Authority(folder).issue('app.test');
  secureContext = createSecureContext({ cert, key, ca: [] });
  rmSync(folder, { recursive: true, force: true });
});

/** A server that says everything twice, over a channel that is made as `prepare` leaves the socket. */
async function startEcho(prepare: (accepted: Socket) => void): Promise<number> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (accepted) => {
    accepted.once('data', (hello) => {
      prepare(accepted);
      let channel: Channel | undefined = undefined;
      const protocols = Buffer.from('\x08http/1.1');
      const terms = { secureContext, asksForCertificate: false, requiresCertificate: false, protocols };
      const onBytes = (bytes: Buffer, length: number): void => {
        channel!.writeText(bytes.toString('latin1', 0, length).repeat(2));
      };
      const onEnd = (): void => channel!.end();
      ({ channel } = startTls(accepted, hello, terms, { onBytes, onEnd, onDrain() {}, onClose() {} }));
    });
    accepted.resume();
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

test.each<[string, (accepted: Socket) => void]>([
  ['the handle of an accepted socket is taken over', () => {}],
  [
    'a socket whose handle looks different is wrapped',
    (accepted) => {
      const { _handle: handle } = accepted as unknown as { readonly _handle: object };
      Object.defineProperty(handle, 'useUserBuffer', { value: undefined });
    },
  ],
])('%s, and speaks TLS', async (_, prepare) => {
  const port = await startEcho(prepare);
  const socket = connect({ port, ALPNProtocols: ['h2', 'http/1.1'], rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  expect(socket.alpnProtocol).toBe('http/1.1');
  socket.end('x'.repeat(50_000));
  let received = '';
  for await (const piece of socket) received += String(piece);
  expect(received).toBe('x'.repeat(100_000));
});
