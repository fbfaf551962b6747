import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { peakMemory, startProgram, temporaryFolder } from './peers.ts';

const megabyte = 1_048_576;
const isFull = process.env['HOOKWAY_FULL'] === '1';
const totalBytes = (isFull ? 2_048 : 256) * megabyte;
const maxMemoryMegabytes = 150;
const timeoutMs = isFull ? 300_000 : 60_000;

const hookway = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A gateway in a process of its own. */
async function startGateway(backend: string): Promise<{ readonly port: number; readonly pid: number }> {
  const file = join(temporaryFolder(), 'proxy.config.json');
  const listeners = [{ host: '127.0.0.1', port: 0 }];
  writeFileSync(
    file,
    JSON.stringify({ listeners, upstreams: { app: { backends: [backend] } }, routes: [{ upstream: 'app' }] }),
  );
  const { child, output } = await startProgram(process.execPath, [hookway, '--config', file], (text) =>
    text.includes('"listening"'),
  );
  return { port: Number(/"port":(\d+)/.exec(output)![1]), pid: child.pid! };
}

/** Writes `totalBytes`, no two megabytes of them alike, as fast as they are taken; returns their digest. */
async function produce(target: Writable): Promise<string> {
  const hash = createHash('sha1');
  for (let at = 0; at < totalBytes; at += megabyte) {
    const piece = Buffer.alloc(megabyte, `${at}:`);
    hash.update(piece);
    if (!target.write(piece)) await once(target, 'drain');
  }
  target.end();
  return hash.digest('hex');
}

/** Takes everything, at first far slower than it could be sent; returns its digest. */
async function consume(source: Readable): Promise<string> {
  const hash = createHash('sha1');
  let length = 0;
  let pauses = 0;
  for await (const piece of source) {
    hash.update(piece as Buffer);
    length += (piece as Buffer).length;
    if (pauses < 20 && length > pauses * 2 * megabyte) {
      pauses++;
      await pause(50);
    }
  }
  return hash.digest('hex');
}

test.each(['with a length', 'in chunks'])(
  'a large download %s to a slow client takes little memory and arrives unchanged',
  async (framing) => {
    let sent: Promise<string> | undefined;
    const backend = await startServer((_request, response) => {
      if (framing === 'with a length') response.setHeader('Content-Length', totalBytes);
      sent = produce(response);
    });
    const { port, pid } = await startGateway(backend);
    const outgoing = request({ port, host: '127.0.0.1' }).end();
    const [response] = (await once(outgoing, 'response')) as [Readable];
    expect(await consume(response)).toBe(await sent);
    expect(peakMemory(pid)).toBeLessThan(maxMemoryMegabytes);
  },
  timeoutMs,
);

test.each(['with a length', 'in chunks'])(
  'a large upload %s to a slow backend takes little memory and arrives unchanged',
  async (framing) => {
    const backend = await startServer((incoming, response) => {
      void consume(incoming).then((digest) => response.end(digest));
    });
    const { port, pid } = await startGateway(backend);
    const headers = framing === 'with a length' ? { 'Content-Length': totalBytes } : {};
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', headers });
    const [sent, [response]] = await Promise.all([
      produce(outgoing),
      once(outgoing, 'response') as Promise<[Readable]>,
    ]);
    expect((await response.toArray()).join('')).toBe(sent);
    expect(peakMemory(pid)).toBeLessThan(maxMemoryMegabytes);
  },
  timeoutMs,
);
