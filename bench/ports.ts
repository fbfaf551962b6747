import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

// Below the ephemeral range, so that no outgoing connection takes a port between probing and listening.
const lowestPort = 18_000;
const portCount = 12_000;
let nextOffset = Math.floor(Math.random() * portCount);

export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = lowestPort + (nextOffset++ % portCount);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port found');
}

export async function findFreePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await findFreePort());
  return ports;
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export async function waitUntilAccepting(
  port: number,
  hasExited: () => boolean,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (hasExited()) throw new Error('exited before it listened');
    if (await accepts(port)) return;
    await sleep(50);
  }
  throw new Error(`does not listen on port ${port} after ${timeoutMs} ms`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
