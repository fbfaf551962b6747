// The backend of the gateway under attack in a process of its own.
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const large = Buffer.alloc(500_000, 'large ');

const backend = createServer((request, response) => {
  request.on('error', () => {}).resume();
  response.on('error', () => {});
  if (request.url === '/upload') request.on('end', () => response.end('taken'));
  else response.end(request.url === '/large' ? large : 'small');
});
backend.on('upgrade', (_, socket: Socket) => {
  socket.on('error', () => {});
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.pipe(socket);
});
backend.listen(0, '127.0.0.1', () => process.send!((backend.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
