import { isIdempotent } from '../../../core/message/method.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { GatewayError } from '../../../core/errors.ts';
import type { ClientConnection } from '../../../core/http1/client-connection.ts';
import type { AttemptFailure } from '../../../core/message/stream.ts';
import { Attempt } from '../../../core/pipeline/attempt.ts';
import { Hooks } from '../../../core/pipeline/hooks.ts';
import { LiveExchange } from '../../../core/pipeline/live-exchange.ts';
import { Backend } from '../../../core/upstream/backend.ts';
import type { ConnectionWaiter, Pool } from '../../../core/upstream/pool.ts';

/** Notes who asks for a connection and who leaves. */
class FakePool {
  activeAttempts = 0;
  readonly asked: ConnectionWaiter[] = [];
  readonly left: ConnectionWaiter[] = [];

  acquire(waiter: ConnectionWaiter): void {
    this.asked.push(waiter);
  }

  leave(waiter: ConnectionWaiter): void {
    this.left.push(waiter);
  }
}

let pool: FakePool;
let cancelled: number;

function make({ method = 'GET', hasBody = false, isReplayable = true } = {}): Attempt {
  const request = { method, path: '/', query: undefined, authority: 'a', fields: undefined };
  const body = { isReplayable, wireLength: 5, pipe() {} };
  const exchange = {
    inbound: { ...request, upgrade: undefined },
    outbound: { ...request, target: '/', hasBody, body, discardBody() {}, holdBody() {} },
    isRepeatable: isIdempotent(request.method),
    mayRepeat: (nothingSent: boolean) =>
      LiveExchange.prototype.mayRepeat.call(exchange as unknown as LiveExchange, nothingSent),
    pipeline: { hooks: new Hooks(), log: { error() {} } },
    stream: { head: { facts: {} }, mayRespond: false, reset() {} },
    attempts: [],
  };
  const settings = { name: 'b', url: new URL('http://b'), weight: 1, isDraining: false };
  const backend = new Backend(settings, pool as unknown as Pool);
  return new Attempt(exchange as unknown as LiveExchange, backend);
}

/** Has the attempt sent on a connection. */
function connect(attempt: Attempt, isReused: boolean): void {
  const stream = { cancel: () => void cancelled++, flush() {} };
  const connection = { isReused, connectMs: 1, send: () => stream };
  attempt.onConnection(connection as unknown as ClientConnection);
}

const lost = (more: Partial<AttemptFailure> = {}): AttemptFailure => ({
  error: new GatewayError('connection_lost'),
  nothingSent: false,
  wasReusedConnection: false,
  ...more,
});

beforeEach(() => {
  pool = new FakePool();
  cancelled = 0;
});

describe('an attempt whose connection was lost', () => {
  test.each([
    ['used before, and the request may be repeated', {}, { wasReusedConnection: true }, true],
    [
      'used before, and the request may not be repeated',
      { method: 'POST' },
      { wasReusedConnection: true },
      false,
    ],
    [
      'used before, but the body is gone',
      { method: 'PUT', hasBody: true, isReplayable: false },
      { wasReusedConnection: true },
      false,
    ],
    [
      'used before, and the body is still at hand',
      { method: 'PUT', hasBody: true },
      { wasReusedConnection: true },
      true,
    ],
    ['new', {}, {}, false],
    ['new, but nothing was sent', { method: 'POST' }, { nothingSent: true }, true],
    [
      'used before, but the error is another',
      {},
      { wasReusedConnection: true, error: new GatewayError('malformed_response') },
      false,
    ],
  ])('%s: takes a fresh one or fails', (_what, request, failure, takesAnother) => {
    const attempt = make(request);
    attempt.acquire();
    connect(attempt, true);
    attempt.onFailed(lost(failure));
    expect(pool.asked).toHaveLength(takesAnother ? 2 : 1);
    expect(attempt.wantsFresh).toBe(takesAnother);
    expect(attempt.error === undefined).toBe(takesAnother);
  });

  test('gives up when fresh connections are lost again and again', () => {
    const attempt = make();
    attempt.acquire();
    for (let i = 0; i < 5 && attempt.error === undefined; i++) {
      connect(attempt, false);
      attempt.onFailed(lost({ wasReusedConnection: true }));
    }
    expect(pool.asked).toHaveLength(3);
    expect(attempt.error?.code).toBe('connection_lost');
  });

  test('leaves the queue when it is cancelled while it waits for another', () => {
    const attempt = make();
    attempt.acquire();
    connect(attempt, true);
    attempt.onFailed(lost({ wasReusedConnection: true }));
    attempt.cancel();
    expect(pool.left).toEqual([attempt]);
    connect(attempt, false);
    expect(attempt.isReusedConnection).toBe(true); // that of before: nothing was sent on the other
  });
});

describe('a cancelled attempt', () => {
  test('leaves the queue, or cancels what it sent, once', () => {
    const waiting = make();
    waiting.acquire();
    waiting.cancel();
    waiting.cancel();
    expect([pool.left.length, cancelled]).toEqual([1, 0]);
    const sent = make();
    sent.acquire();
    connect(sent, false);
    sent.cancel();
    sent.cancel();
    expect([pool.left.length, cancelled]).toEqual([1, 1]);
  });

  test('does not count as running at its backend any more, nor twice', () => {
    const attempt = make();
    expect(attempt.backend.activeAttempts).toBe(1);
    attempt.cancel();
    attempt.finish();
    expect(attempt.backend.activeAttempts).toBe(0);
  });
});
