import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type OriginAnswer, startOrigin, unusedPort } from 'hookway/testing';
import { Gate } from '../gate.ts';
import { startUnansweredListener } from '../peers.ts';
import { Link, type Weather } from './link.ts';

/** A backend with one fault, for one cell of the table. */
export interface FaultyBackend {
  readonly url: string;
  /** Resolves when a request, or what there is of it, has come to it. */
  readonly reached: Promise<unknown>;
  /** Connections that are open; 0 where it has none of its own. */
  readonly openConnections: () => number;
  /** The fault is on a connection that has served a request before. */
  readonly isWarm?: boolean;
  /** Only a timeout ends it, which then is short. */
  readonly isSilent?: boolean;
  close(): Promise<void>;
}

/** When the fault strikes. */
interface Moment {
  /** It waits for this. */
  readonly after: Promise<unknown>;
  /** It does not wait for the end of the request. */
  readonly isEarly: boolean;
}

/** One way to be broken. */
export type Fault = (moment: Moment) => Promise<FaultyBackend>;

/** Answers requests one after the other, the last answer again and again. */
export function answers(...list: readonly OriginAnswer[]): Fault {
  return (moment) => startAnswering(list, moment, 1);
}

/** Answers one request well, and the next ones on that connection as `answers` does. */
export function kept(first: OriginAnswer, ...list: readonly OriginAnswer[]): Fault {
  return async (moment) => {
    const warm = { ...first, after: Promise.resolve() };
    return { ...(await startAnswering([warm, ...list], moment, 2)), isWarm: true };
  };
}

async function startAnswering(
  list: readonly OriginAnswer[],
  { after, isEarly }: Moment,
  reachedBy: number,
): Promise<FaultyBackend> {
  let count = 0;
  const origin = await startOrigin(() => {
    const answer = list[Math.min(count++, list.length - 1)]!;
    return { after, ...answer, isEarly: isEarly || answer.isEarly === true };
  });
  return {
    url: origin.url,
    reached: origin.waitForRequest(reachedBy).catch(() => {}),
    openConnections: () => origin.openConnections,
    close: () => origin.close(),
  };
}

/** Only a timeout ends it. */
export function silent(...faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => async (moment) => ({ ...(await fault(moment)), isSilent: true }));
}

/** Does something to each connection, before or after the first bytes have come. */
export function onConnection(act: (socket: Socket) => void, when: 'at once' | 'on bytes'): Fault {
  return async ({ after }) => {
    const reached = new Gate();
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('end', () => socket.end());
      socket.on('close', () => sockets.delete(socket));
      socket.once('data', () => {
        reached.open();
        if (when === 'on bytes') void after.then(() => act(socket));
      });
      if (when === 'at once') void after.then(() => act(socket));
    });
    return {
      url: await listen(server),
      reached: reached.opened,
      openConnections: () => sockets.size,
      close: () => closeAll(server, sockets),
    };
  };
}

/** A sound backend behind a network that is not. */
export function network(weather: { readonly toBackend?: Weather; readonly toGateway?: Weather }): Fault {
  return async ({ after, isEarly }) => {
    const origin = await startOrigin(() => ({ body: 'x'.repeat(1_000), after, isEarly }));
    const link = await Link.start(origin.port, weather);
    return {
      url: link.url,
      reached: link.reached,
      openConnections: () => origin.openConnections + link.openConnections,
      close: async () => {
        await link.close();
        await origin.close();
      },
    };
  };
}

/** Nobody listens there. */
export const refusing: Fault = async () => ({
  url: `http://127.0.0.1:${await unusedPort()}`,
  reached: Promise.resolve(),
  openConnections: () => 0,
  close: () => Promise.resolve(),
});

const unanswered = startUnansweredListener('file');

/** Neither accepts nor refuses; one for the whole file, since it never changes. */
export const unaccepting: Fault = async () => ({
  url: await unanswered,
  reached: Promise.resolve(),
  openConnections: () => 0,
  close: () => Promise.resolve(),
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closeAll(server: Server, sockets: Iterable<Socket>): Promise<void> {
  server.close();
  for (const socket of sockets) socket.destroy();
  await once(server, 'close');
}
