import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { RawClient } from 'hookway/testing';
import type { Ledger, Seen } from './ledger.ts';

const upload = 'upload '.repeat(600);

interface Sent {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Clients that send one request after the other, of kinds that chance decides. */
export class Traffic {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #port: number;
  readonly #ledger: Ledger;
  readonly #random: () => number;

  constructor(port: number, ledger: Ledger, random: () => number) {
    this.#port = port;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Sends until `isOver`; resolves when every request has ended. */
  async run(clients: number, isOver: () => boolean): Promise<void> {
    const client = async (): Promise<void> => {
      while (!isOver()) await this.#once();
    };
    await Promise.all(Array.from({ length: clients }, client));
    this.#agent.destroy();
  }

  #once(): Promise<void> {
    const chance = this.#random();
    if (chance < 0.4) return this.#fetch('get', { method: 'GET' });
    if (chance < 0.6) return this.#fetch('post', { method: 'POST', headers: lengthOf(upload), body: upload });
    if (chance < 0.75) return this.#fetch('post-chunked', { method: 'POST', body: upload });
    if (chance < 0.85) return this.#tunnel();
    if (chance < 0.93) return this.#leave('abort', '');
    return this.#leave('abort-upload', 'Content-Length: 1000\r\n');
  }

  async #fetch(kind: string, sent: Sent): Promise<void> {
    const path = this.#ledger.begin(kind);
    this.#ledger.end(path, await this.#see(path, sent));
  }

  #see(path: string, { method, headers = {}, body }: Sent): Promise<Seen> {
    const options = { host: '127.0.0.1', port: this.#port, path, method, headers, agent: this.#agent };
    return new Promise((resolve) => {
      const outgoing = request(options, (response) => {
        response.on('error', () => resolve('cut'));
        response.on('end', () => resolve(response.statusCode === 200 ? 'ok' : 'failed'));
        response.resume();
      });
      outgoing.on('error', () => resolve('cut'));
      outgoing.end(body);
    });
  }

  async #tunnel(): Promise<void> {
    const path = this.#ledger.begin('upgrade');
    using client = await RawClient.connect(this.#port);
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    await client.waitForText('\r\n\r\n');
    for (let i = 0; i < 3; i++) {
      client.send(`message ${i};`);
      await client.waitForText(`message ${i};`);
    }
    client.end();
    await client.readUntilClose();
    this.#ledger.end(path, 'switched');
  }

  /** Is gone as soon as a backend has its request. */
  async #leave(kind: string, fields: string): Promise<void> {
    const path = this.#ledger.begin(kind);
    const socket = connect(this.#port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(`${fields === '' ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    await this.#ledger.waitFor(path);
    if (this.#random() < 0.5) socket.resetAndDestroy();
    else socket.destroy();
    this.#ledger.end(path, 'left');
  }
}

function lengthOf(body: string): Record<string, string> {
  return { 'Content-Length': String(body.length) };
}
