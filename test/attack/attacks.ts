import { connect, type Socket } from 'node:net';

/** One way to be a nuisance, on one connection; it is called again when the connection is gone. */
export interface Attack {
  /** What the connection does; the socket is connected. */
  readonly act: (socket: Socket, connections: number) => void;
  /** Takes nothing of what comes. */
  readonly isDeaf?: boolean;
}

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: a.example\r\n\r\n`;
const head = 'POST /upload HTTP/1.1\r\nHost: a.example\r\n';

/** What attackers do together in a second: what is to be seen is whom the gateway serves, not how much a core can do. */
const connectionsPerSecond = 500;
const requestsPerSecond = 2_000;
const aheadAtOnce = 20;

/** Sends a character every 300 ms, for as long as it is let. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at === text.length) clearInterval(timer);
    else socket.write(text[at++]!);
  }, 300);
}

/** Sends the text again and again. */
function repeat(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else socket.write(text);
  }, everyMs);
}

/** Attacks by name. */
export const attacks: Readonly<Record<string, Attack>> = {
  'slow heads': { act: (socket) => drip(socket, `${head}X: ${'x'.repeat(1_000)}`) },
  'slow bodies': {
    act: (socket) => {
      socket.write(`${head}Content-Length: 1000000\r\n\r\n`);
      drip(socket, 'x'.repeat(10_000));
    },
  },
  'slow chunks': {
    act: (socket) => {
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      drip(socket, '1\r\nx\r\n'.repeat(1_000));
    },
  },
  'readers of nothing': { isDeaf: true, act: (socket) => socket.write(get('/large')) },
  'huge heads': { act: (socket) => socket.write(`${head}X: ${'x'.repeat(40_000)}`) },
  'many fields': { act: (socket) => socket.write(`${head}${'X: 1\r\n'.repeat(6_000)}\r\n`) },
  'endless chunk extensions': {
    act: (socket) => socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(100_000)}`),
  },
  churn: {
    act: (socket) => {
      socket.write(get('/'));
      socket.once('data', () => socket.destroy());
    },
  },
  'churn without a request': { act: (socket) => void setImmediate(() => socket.resetAndDestroy()) },
  'requests sent ahead': {
    isDeaf: true,
    act: (socket, connections) => {
      socket.write(get('/').repeat(aheadAtOnce));
      repeat(socket, get('/').repeat(aheadAtOnce), (connections * aheadAtOnce * 1_000) / requestsPerSecond);
    },
  },
  'half-open sockets': { act: (socket) => socket.write('GET / HT') },
  'ends in the middle': { act: (socket) => socket.end(`${head}Content-Length: 5\r\n\r\nab`) },
  'upgrades that are left': {
    act: (socket) => {
      socket.write('GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.once('data', () => socket.resetAndDestroy());
    },
  },
  'idle connections': { act: (socket) => socket.write(get('/')) },
};

/** An address of this machine for each connection, so that ports do not run out. */
function sourceOf(number: number): string {
  return `127.0.${1 + (number % 4)}.${2 + (number % 250)}`;
}

/** Keeps so many connections busy with an attack, and reports how many are open. */
export class Attackers {
  readonly #port: number;
  readonly #attack: Attack;
  #count = 0;
  readonly #sockets = new Set<Socket>();
  #isOver = false;
  connected = 0;

  constructor(port: number, attack: Attack) {
    this.#port = port;
    this.#attack = attack;
  }

  get open(): number {
    return this.#sockets.size;
  }

  /** Begins with all connections, at the pace at which they come back. */
  async start(count: number): Promise<void> {
    this.#count = count;
    for (let number = 0; number < count && !this.#isOver; number++) {
      this.#connect(number);
      if (number % 10 === 9)
        await new Promise((resolve) => setTimeout(resolve, 10_000 / connectionsPerSecond));
    }
  }

  stop(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(number: number): void {
    const socket = connect({ port: this.#port, host: '127.0.0.1', localAddress: sourceOf(number) });
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('connect', () => {
      this.connected++;
      if (this.#attack.isDeaf === true) socket.pause();
      this.#attack.act(socket, this.#count);
    });
    if (this.#attack.isDeaf !== true) socket.on('data', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      const pauseMs = (this.#count * 1_000) / connectionsPerSecond;
      if (!this.#isOver) setTimeout(() => !this.#isOver && this.#connect(number), pauseMs);
    });
  }
}
