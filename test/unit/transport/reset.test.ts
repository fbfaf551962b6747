import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { resetSocket } from '../../../core/transport/reset.ts';

async function connected(): Promise<{ readonly socket: Socket; readonly peer: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [[peer]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
    [Socket],
    [],
  ];
  peer.on('error', () => {}).on('end', () => peer.end());
  peer.resume();
  socket.on('error', () => {});
  return { socket, peer };
}

/** Also behind an error, which `once` would reject with. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

test('a socket that is reset tells its peer so', async () => {
  const { socket, peer } = await connected();
  resetSocket(socket);
  const [error] = (await once(peer, 'error')) as [Error & { code: string }];
  expect(error.code).toBe('ECONNRESET');
});

test.each([
  ['right behind its end', (socket: Socket) => void socket.end()],
  ['right behind its last bytes and its end', (socket: Socket) => void socket.end('bye')],
  [
    'while it has ended and much is still to leave',
    (socket: Socket) => void socket.end('x'.repeat(9_000_000)),
  ],
])('a socket that is reset %s closes', async (_, end) => {
  const { socket, peer } = await connected();
  end(socket);
  resetSocket(socket);
  await closed(socket);
  await closed(peer);
});
