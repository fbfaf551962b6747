import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Backend } from '../../core/index.ts';
import type { Probe } from './prober.ts';

const maxBodyBytes = 65_536;

export interface ProbeTarget {
  /** Host name or address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** As for the requests that are proxied; undefined for plain HTTP. */
  readonly tls: Backend['tls'];
}

export interface HttpExpectation {
  readonly path: string;
  /** What the Host field says. */
  readonly authority: string;
  /** Good ones; undefined: 200 to 299. */
  readonly statuses: readonly number[] | undefined;
  /** Text that the body must contain; undefined for any body. */
  readonly body: string | undefined;
}

const describe = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

/** Hands on the first result, and ends what made it. */
function once(done: (problem: string | undefined) => void, end: () => void) {
  let isOver = false;
  return (problem: string | undefined): void => {
    if (isOver) return;
    isOver = true;
    end();
    done(problem);
  };
}

/** Good when a connection can be made. */
export function tcpProbe({ host, port }: ProbeTarget, timeoutMs: number): Probe {
  return (done) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => finish('timeout'), timeoutMs).unref();
    const finish = once(done, () => {
      clearTimeout(timer);
      socket.destroy();
    });
    socket.on('connect', () => finish(undefined));
    socket.on('error', (error) => finish(describe(error)));
    return () => finish('stopped');
  };
}

/** Good when a GET over a connection of its own is answered as expected. */
export function httpProbe(target: ProbeTarget, expected: HttpExpectation, timeoutMs: number): Probe {
  const { host, port, tls } = target;
  const headers = { Host: expected.authority, 'User-Agent': 'hookway/health-check', Connection: 'close' };
  const options = { host, port, path: expected.path, headers, agent: false, ...optionsOf(tls) } as const;
  return (done) => {
    const outgoing = (tls === undefined ? requestHttp : requestHttps)(options, (response) => {
      judge(response, expected, finish);
    });
    const timer = setTimeout(() => finish('timeout'), timeoutMs).unref();
    const finish = once(done, () => {
      clearTimeout(timer);
      outgoing.destroy();
    });
    outgoing.on('error', (error) => finish(describe(error)));
    outgoing.end();
    return () => finish('stopped');
  };
}

function optionsOf(tls: ProbeTarget['tls']): ConnectionOptions {
  if (tls === undefined) return {};
  const { secureContext, serverName: servername, verifies: rejectUnauthorized } = tls;
  return { secureContext, servername, rejectUnauthorized };
}

function judge(
  response: IncomingMessage,
  { statuses, body }: HttpExpectation,
  finish: (problem: string | undefined) => void,
): void {
  const status = response.statusCode!;
  const isGood = statuses === undefined ? status >= 200 && status < 300 : statuses.includes(status);
  if (!isGood) return finish(`status ${status}`);
  if (body === undefined) return finish(undefined);
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (piece: string) => {
    text += piece;
    if (text.includes(body)) finish(undefined);
    else if (text.length > maxBodyBytes) finish(`no ${JSON.stringify(body)} in the body`);
  });
  response.on('end', () => finish(`no ${JSON.stringify(body)} in the body`));
  response.on('error', (error) => finish(describe(error)));
}
