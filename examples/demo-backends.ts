// A plugin of an example: small web servers behind the gateway, so that there is something to ask.
// They start with the gateway; `hookway check` and `hookway explain` start none.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { definePlugin } from 'hookway';
import { z } from 'zod';

const slowAnswerMs = 3_000;

/** What a demo backend saw of a request, for people to read. */
async function describe(name: string, request: IncomingMessage): Promise<string> {
  const fields = Object.entries(request.headers).map(([field, value]) => `${field}: ${String(value)}`);
  const body = await text(request);
  return [
    `Hello from ${name} (Server: ${name})`,
    '',
    `${request.method} ${request.url} HTTP/${request.httpVersion}`,
    ...fields,
    ...(body === '' ? [] : ['', body]),
    '',
  ].join('\n');
}

function send(request: IncomingMessage, response: ServerResponse, type: string, body: string): void {
  const mayCompress = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const bytes = mayCompress ? gzipSync(body) : Buffer.from(body);
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    ...(mayCompress ? { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } : {}),
  });
  response.end(bytes);
}

async function answer(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0];
  response.setHeader('X-Backend', name);
  if (path === '/health') return send(request, response, 'application/json', '{"status":"ok"}\n');
  if (path === '/api/data' && request.method === 'POST') {
    return send(request, response, request.headers['content-type'] ?? 'text/plain', await text(request));
  }
  if (path === '/slow-endpoint') await delay(slowAnswerMs, undefined, { ref: false });
  send(request, response, 'text/plain; charset=utf-8', await describe(name, request));
}

/** The servers of one gateway, which keep running when its configuration is loaded anew. */
class DemoServers {
  readonly #ports: readonly number[];
  #started: Promise<Server[]> | undefined;

  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  async start(): Promise<void> {
    this.#started ??= Promise.all(
      this.#ports.map((port, index) => this.#startOne(port, `demo-${index + 1}`)),
    );
    await this.#started;
  }

  async close(): Promise<void> {
    for (const server of (await this.#started?.catch(() => [])) ?? []) {
      server.close();
      server.closeAllConnections();
    }
  }

  async #startOne(port: number, name: string): Promise<Server> {
    const server = createServer((request, response) => {
      answer(name, request, response).catch(() => response.destroy());
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }
}

/** Serves `demo-1`, `demo-2` and so on, one on each of the ports of 127.0.0.1. */
export default definePlugin({
  name: 'demo-backends',
  options: z.strictObject({ ports: z.array(z.int().min(1).max(65_535)).default([9001, 9002, 9003]) }),
  setup(gateway, { ports }) {
    const servers = gateway.retain(
      `servers:${ports.join()}`,
      () => new DemoServers(ports),
      (retained) => retained.close(),
    );
    gateway.onStart(() => servers.start());
  },
});
