import { setImmediate as turnEnd } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { ClientConnection } from '../../../core/http1/client-connection.ts';
import { resolveLimits, resolveUpstreamLimits } from '../../../core/limits.ts';
import { FieldList } from '../../../core/message/field-list.ts';
import { DiscardingSink } from '../../../core/message/discarding-sink.ts';
import type {
  AttemptFailure,
  BodySource,
  ClientStreamListener,
  OutgoingRequest,
} from '../../../core/message/stream.ts';
import type { Channel } from '../../../core/transport/channel.ts';

/** A channel that keeps what is written and can be destroyed, and nothing else. */
class FakeChannel {
  listener!: ConnectionEnd;
  readonly isBacklogged = false;
  readonly pendingBytes = 0;
  isBulk = false;
  written = '';
  isDestroyed = false;
  isPaused = false;
  /** What arrives once it is read again. */
  unread = '';

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    if (this.unread !== '') setImmediate(() => this.receive(this.unread));
  }

  writeText(text: string): void {
    this.written += text;
  }

  close(): void {
    this.isDestroyed = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  /** Bytes arrive from the backend. */
  receive(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.listener.onBytes(bytes, bytes.length);
  }
}

interface ConnectionEnd {
  onBytes(bytes: Buffer, length: number): void;
}

/** Keeps what it is told of one attempt. */
class Recorder implements ClientStreamListener {
  readonly statuses: number[] = [];
  readonly failures: AttemptFailure[] = [];
  body: BodySource | undefined;

  onInformational({ status }: { readonly status: number }): void {
    this.statuses.push(status);
  }

  onHead({ status }: { readonly status: number }, body?: BodySource): void {
    this.statuses.push(status);
    this.body = body;
  }

  onSwitch({ status }: { readonly status: number }): void {
    this.statuses.push(status);
  }

  onFailed(failure: AttemptFailure): void {
    this.failures.push(failure);
  }
}

const request: OutgoingRequest = {
  method: 'GET',
  target: '/',
  authority: 'a.example',
  fields: new FieldList([]),
  bodyLength: 0,
  expectsContinue: false,
  acceptsTrailers: false,
  upgrade: undefined,
};

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

interface Opened {
  readonly channel: FakeChannel;
  /** How often the connection said that it takes a request. */
  readonly offers: { count: number };
  readonly send: () => Recorder;
}

function open(): Opened {
  const channel = new FakeChannel();
  const offers = { count: 0 };
  const limits = { ...resolveLimits(), ...resolveUpstreamLimits({ pipelining: 4 }) };
  const owner = { onAvailable: () => void offers.count++, onClosed: () => {} };
  const connection = new ClientConnection(channel as unknown as Channel, owner, limits);
  const send = (): Recorder => {
    const recorder = new Recorder();
    connection.send(request, false, recorder);
    return recorder;
  };
  return { channel, offers, send };
}

const early = [
  ...Array.from(answer, (_, i) => answer.slice(0, i + 1)),
  '\r\n',
  '0\r\n\r\n',
  'POISON',
  'HTTP/1.1 100 Continue\r\n\r\n',
  `HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
];

test('bytes that come before their request has left are no part of its answer: it may go elsewhere', async () => {
  for (const bytes of early) {
    const { channel, send } = open();
    send();
    await turnEnd();
    channel.receive(answer);
    const next = send();
    channel.receive(bytes);
    await turnEnd();
    if (!channel.isDestroyed) channel.receive(answer);
    expect(next.statuses, bytes).toEqual([]);
    expect(next.failures, bytes).toMatchObject([
      { error: { code: 'connection_lost' }, nothingSent: true, wasReusedConnection: true },
    ]);
    expect(channel.isDestroyed, bytes).toBe(true);
  }
});

test('bytes that come before a pipelined request has left are no part of its answer either', async () => {
  for (const bytes of early) {
    const { channel, send } = open();
    const first = send();
    await turnEnd();
    const next = send();
    channel.receive(answer + bytes);
    await turnEnd();
    if (!channel.isDestroyed) channel.receive(answer);
    expect(first.statuses, bytes).toEqual([200]);
    expect(next.statuses, bytes).toEqual([]);
    expect(next.failures, bytes).toMatchObject([{ error: { code: 'connection_lost' }, nothingSent: true }]);
  }
});

test('a new connection that speaks before its request has left is the failure of the backend', async () => {
  const { channel, send } = open();
  const first = send();
  channel.receive('HTTP/1.1 200 OK\r\nX-Part: ');
  await turnEnd();
  expect(first.failures).toMatchObject([{ error: { code: 'malformed_response' }, nothingSent: true }]);
  expect(channel.isDestroyed).toBe(true);
});

test('bytes that come while nothing was asked end the connection', async () => {
  for (const bytes of early) {
    const { channel, send } = open();
    send();
    await turnEnd();
    channel.receive(answer);
    channel.receive(bytes);
    expect(channel.isDestroyed, bytes).toBe(true);
  }
});

/** A connection whose response has come to its end while its receiver lags behind. */
async function lag(): Promise<Opened & { readonly body: BodySource }> {
  const opened = open();
  const { channel, send } = opened;
  const first = send();
  await turnEnd();
  channel.receive('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
  expect(channel.isPaused).toBe(true);
  return { ...opened, body: first.body! };
}

const takeAll = (): DiscardingSink => new DiscardingSink(100, () => {});

test('bytes that came behind a response while its receiver lagged behind end the connection before it is offered', async () => {
  const { channel, offers, body } = await lag();
  channel.unread = answer;
  body.pipe(takeAll());
  await vi.waitFor(() => expect(channel.isDestroyed).toBe(true));
  expect(offers.count).toBe(0);
});

test('a connection whose receiver lagged behind is offered once nothing more has come', async () => {
  const { channel, offers, body } = await lag();
  body.pipe(takeAll());
  expect([body.isComplete, offers.count]).toEqual([true, 0]);
  await vi.waitFor(() => expect(offers.count).toBe(1));
  expect(channel.isDestroyed).toBe(false);
});
