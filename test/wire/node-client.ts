import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { inParallel } from './matrix/in-parallel.ts';
import type { ResponseCase } from './matrix/response-cases.ts';
import { mayRelayResponse } from './node-allowances.ts';

/** True when Node's own HTTP client in strict mode takes a response to its end, or leaves HTTP behind it. */
async function isTaken(port: number, { id, method, offersSwitch }: ResponseCase): Promise<boolean> {
  const outgoing = request({
    port,
    host: '127.0.0.1',
    method,
    path: method === 'CONNECT' ? 'a.example:7' : '/',
    headers: { 'x-case': id, ...(offersSwitch ? { connection: 'upgrade', upgrade: 'echo' } : {}) },
    agent: false,
    insecureHTTPParser: false,
    maxHeaderSize: 65_536,
  });
  return new Promise((resolve) => {
    const switched = (_response: unknown, socket: { destroy(): void }): void => {
      socket.destroy();
      resolve(true);
    };
    outgoing.on('connect', switched).on('upgrade', switched);
    let response: IncomingMessage | undefined;
    outgoing.on('response', (begun) => {
      response = begun;
      begun
        .on('error', () => {})
        .on('close', () => resolve(begun.complete))
        .resume();
    });
    outgoing.on('error', () => {}).on('close', () => resolve(response?.complete === true));
    outgoing.end();
  });
}

/** The cases among these, as text, that Node's client refuses although nothing allows to take them. */
export async function refusedByNode(cases: readonly ResponseCase[]): Promise<string[]> {
  const bytesOf = new Map(cases.map(({ id, bytes }) => [id, bytes]));
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head) => {
      const id = /\r\nx-case: (.+)\r\n/.exec(head.toString('latin1'))![1]!;
      socket.end(Buffer.from(bytesOf.get(id)!, 'latin1'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const refused: string[] = [];
  await inParallel(cases, 50, async (each) => {
    if (await isTaken(port, each)) return;
    if (!mayRelayResponse(each.bytes)) refused.push(`${each.method} ${JSON.stringify(each.bytes)}`);
  });
  server.close();
  return refused;
}
