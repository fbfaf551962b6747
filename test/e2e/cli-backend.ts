import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts a web server until the test is over; returns its URL. */
export async function startBackend(
  answer: Answer = (_request, response) => response.end('from the backend'),
): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A backend whose answer the test gives when it wants. */
export class HeldBackend {
  readonly url: Promise<string>;
  /** The first request that arrived. */
  readonly asked: Promise<ServerResponse>;

  constructor() {
    let hold: Answer = () => {};
    this.asked = new Promise((resolve) => (hold = (_request, response) => resolve(response)));
    this.url = startBackend((request, response) => hold(request, response));
  }
}
