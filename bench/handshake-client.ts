// Usage: handshake-client.ts PORT full|resumed CONNECTIONS SECONDS. Opens TLS connections one after the other, as many
// at a time as CONNECTIONS says, and closes each when its handshake is complete; prints a line like that of wrk.lua.
import { connect, type TLSSocket } from 'node:tls';

const [port = '', kind = '', connections = '1', seconds = '1'] = process.argv.slice(-4);
const base = { host: '127.0.0.1', port: Number(port), servername: 'localhost', rejectUnauthorized: false };
const startedAtMs = performance.now();
const endAtMs = startedAtMs + Number(seconds) * 1_000;
const latencies: number[] = [];
let errors = 0;

const session = kind === 'resumed' ? await firstSession() : undefined;
await Promise.all(Array.from({ length: Number(connections) }, shakeInTurn));
report();

async function shakeInTurn(): Promise<void> {
  while (performance.now() < endAtMs) {
    const beganAtMs = performance.now();
    if (await shakeOnce()) latencies.push(performance.now() - beganAtMs);
    else errors++;
  }
}

function shakeOnce(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...base, session });
    let isDone = false;
    socket.once('secureConnect', () => {
      isDone = socket.isSessionReused() === (session !== undefined);
      socket.end();
    });
    socket.resume();
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve(isDone));
  });
}

/** With TLS 1.3 a session comes behind the handshake. */
function firstSession(): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(base);
    socket.once('session', (fresh) => {
      resolve(fresh);
      socket.destroy();
    });
    socket.once('error', reject);
    socket.resume();
  });
}

function report(): void {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 1_000);
  const result = {
    requests: sorted.length,
    bytes: 0,
    durationMicroseconds: Math.round((performance.now() - startedAtMs) * 1_000),
    p50Microseconds: at(0.5),
    p99Microseconds: at(0.99),
    badStatuses: 0,
    connectErrors: errors,
    readErrors: 0,
    writeErrors: 0,
    timeouts: 0,
  };
  console.log(`RESULT ${JSON.stringify(result)}`);
}
