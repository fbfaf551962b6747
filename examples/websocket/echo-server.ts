// A plugin of this example: a WebSocket server behind the gateway that sends back what it gets.
import { once } from 'node:events';
import { definePlugin, Stage } from 'hookway';
import { WebSocketServer } from 'ws';
import { z } from 'zod';

async function startEcho(port: number): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await once(server, 'listening');
  return server;
}

async function stop(starting: Promise<WebSocketServer> | undefined): Promise<void> {
  const server = await starting?.catch(() => undefined);
  for (const socket of server?.clients ?? []) socket.terminate();
  server?.close();
}

export default definePlugin({
  name: 'echo-server',
  options: z.strictObject({ port: z.int().min(1).max(65_535) }),
  setup(gateway, { port }) {
    let server: Promise<WebSocketServer> | undefined;
    gateway.defer(() => stop(server));
    gateway.hooks.onRequest.tapPromise({ stage: Stage.Observe }, async () => {
      await (server ??= startEcho(port));
    });
  },
});
