import {
  type OriginAnswer,
  type OriginRequest,
  type RawClient,
  startOrigin,
  startTestGateway,
} from 'hookway/testing';
import { isSwitch } from '../../support/lenient-reader.ts';
import { inParallel } from './in-parallel.ts';
import type { ResponseCase } from './response-cases.ts';

/** What a client received, up to the end of its connection. */
export interface Outcome {
  readonly received: string;
  readonly wasReset: boolean;
}

const clientsAtOnce = 128;

/** True when what follows the answer to the request may be no HTTP any more. */
export const mayLeaveHttp = ({ method, offersSwitch }: ResponseCase): boolean =>
  method === 'CONNECT' || offersSwitch;

/** The request that a case answers; `X-Case` tells the backend which one. */
export function requestText({ id, method, offersSwitch }: ResponseCase, host = 'a.example:7'): string {
  const target = method === 'CONNECT' ? host : '/case';
  const offer = offersSwitch ? 'Connection: upgrade\r\nUpgrade: echo\r\n' : '';
  const length = method === 'POST' ? 'Content-Length: 0\r\n' : '';
  return `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nX-Case: ${id}\r\n${offer}${length}\r\n`;
}

/** True when the connection is a tunnel, or gone. */
async function hasLeftHttp(client: RawClient, { method }: ResponseCase): Promise<boolean> {
  const response = await client.readResponse({ to: method }).catch(() => undefined);
  return response === undefined || isSwitch({ first: response.startLine }, method);
}

async function run(client: RawClient, each: ResponseCase): Promise<Outcome> {
  client.send(requestText(each));
  const isOver = mayLeaveHttp(each) && (await hasLeftHttp(client, each));
  if (!isOver) client.send(`GET /next/${each.id} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`);
  const received = (await client.readUntilClose()).toString('latin1');
  return { received, wasReset: client.wasReset };
}

/**
 * What becomes of each case when a backend answers it with its bytes and keeps the connection or, every other time,
 * closes it. Behind it the client asks for `/next/` and its id, which is answered with that.
 */
export async function outcomesOf(cases: readonly ResponseCase[]): Promise<Map<string, Outcome>> {
  const answers = new Map(
    cases.map((each, i): [string, OriginAnswer] => {
      const ending = mayLeaveHttp(each) || i % 2 === 1 ? 'close' : 'keep';
      return [each.id, { raw: each.bytes, ending }];
    }),
  );
  const answer = (request: OriginRequest): OriginAnswer =>
    answers.get(request.header('x-case') ?? '') ?? { body: request.target };
  await using origin = await startOrigin(answer);
  const app = {
    backends: [origin.url],
    responseHeadTimeoutMs: 3_000,
    idleTimeoutMs: 200,
    maxConnections: 64,
  };
  await using gateway = await startTestGateway({
    upstreams: { app },
    routes: [{ upstream: 'app', methods: ['CONNECT', 'GET', 'HEAD', 'POST'] }],
    limits: { lingerTimeoutMs: 100 },
    log: { level: 'silent' },
  });
  const outcomes = new Map<string, Outcome>();
  await inParallel(cases, clientsAtOnce, async (each) => {
    using client = await gateway.connect();
    outcomes.set(each.id, await run(client, each));
  });
  return outcomes;
}

/** True for a response that its client takes for a whole one of the backend. */
export const isRelayedWhole = ({ received, wasReset }: Outcome): boolean =>
  !wasReset && !received.includes('application/problem+json');
