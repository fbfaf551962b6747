// Checked by the compiler only: what handlers get and what they may return.
import {
  type Backend,
  type BackendFailure,
  type BackendResponse,
  definePlugin,
  type DownstreamConnection,
  type Exchange,
  refuse,
  respond,
  retry,
  Stage,
} from 'hookway';
import { type Equal, expectType } from './equal.ts';

definePlugin({
  name: 'hooks',
  setup({ hooks }) {
    hooks.onAccept.tap((connection) => {
      expectType<Equal<typeof connection, DownstreamConnection>>();
      return connection.remoteAddress === '' ? refuse('nobody') : undefined;
    });
    // @ts-expect-error a connection is refused, not answered
    hooks.onAccept.tap(() => respond(403));
    // @ts-expect-error onAccept answers at once
    void hooks.onAccept.tapPromise;

    hooks.onRequest.tap((exchange) => {
      expectType<Equal<typeof exchange, Exchange>>();
      return exchange.inbound.method === 'TRACE' ? respond(405) : undefined;
    });
    hooks.onRequest.tap({ stage: Stage.Guard, before: ['a', 'b'] }, () => {});
    hooks.onRequest.tapPromise(async () => respond(200));
    hooks.onRequest.tapPromise({ stage: Stage.Finish }, async () => {});
    // @ts-expect-error a handler of tap is not awaited
    hooks.onRequest.tap(async () => {});
    // @ts-expect-error a handler of tap is not awaited, whatever it returns
    hooks.onRequest.tap(async () => respond(200));
    // @ts-expect-error a handler of tap is not awaited, with options neither
    hooks.onRequest.tap({ stage: Stage.Guard }, async () => {});
    // @ts-expect-error a handler of tapPromise returns a promise
    hooks.onRequest.tapPromise(() => respond(200));
    // @ts-expect-error a number is no answer
    hooks.onRequest.tap(() => 200);
    // @ts-expect-error a request is not retried before it was tried
    hooks.onRequest.tap(() => retry());
    // @ts-expect-error stages have names
    hooks.onRequest.tap({ stage: 5 }, () => {});
    // @ts-expect-error there is no such place
    hooks.onRequest.tap({ after: 'a' }, () => {});

    hooks.onUpgrade.tap(({ inbound }) => (inbound.upgrade === undefined ? undefined : respond(403)));

    hooks.selectBackend.tap((candidates, exchange) => {
      expectType<Equal<typeof candidates, readonly Backend[]>>();
      expectType<Equal<typeof exchange, Exchange>>();
      return candidates.filter(({ activeAttempts }) => activeAttempts === 0);
    });
    hooks.selectBackend.tap((candidates) => candidates[0]?.alone);
    // @ts-expect-error a list is returned, also of one
    hooks.selectBackend.tap((candidates) => candidates[0]);
    // @ts-expect-error candidates are nobody's to change
    hooks.selectBackend.tap((candidates) => void candidates.push());

    hooks.onBackendRequest.tap(({ outbound }) => outbound.fields.set('X', '1'));
    hooks.onBackendRequest.tapPromise(async () => {});
    // @ts-expect-error nothing is answered here
    hooks.onBackendRequest.tap(() => respond(200));

    hooks.onBackendError.tap((_exchange, failure) => {
      expectType<Equal<typeof failure, BackendFailure>>();
      return failure.mayRetry ? retry() : respond(failure.error.status);
    });
    hooks.onBackendError.tapPromise(async () => retry());
    // @ts-expect-error true is no decision
    hooks.onBackendError.tap(() => true);
    // @ts-expect-error a handler of tap is not awaited
    hooks.onBackendError.tap(async () => retry());

    hooks.onBackendResponse.tap((_exchange, response) => {
      expectType<Equal<typeof response, BackendResponse>>();
      // @ts-expect-error it is not taken yet, and cannot be changed
      response.status = 200;
      return response.mayRetry ? retry() : respond(response.status);
    });
    // @ts-expect-error a handler of tap is not awaited
    hooks.onBackendResponse.tap(async () => retry());

    hooks.onResponse.tap(({ response }) => response!.fields.delete('server') as unknown as undefined);
    // @ts-expect-error the response is changed, not replaced
    hooks.onResponse.tap(() => respond(200));

    hooks.onComplete.tap(({ outcome }) => void outcome?.code);
    // @ts-expect-error at the end nothing can be waited for
    hooks.onComplete.tap(async () => {});
    // @ts-expect-error onComplete answers at once
    void hooks.onComplete.tapPromise;

    // @ts-expect-error there is no such hook
    void hooks.onRespond;
  },
});

export function readsWhatCame({ inbound, outbound, connection, attempts }: Exchange): void {
  expectType<Equal<typeof inbound.query, string | undefined>>();
  expectType<Equal<typeof inbound.httpVersion, '1.0' | '1.1' | '2'>>();
  // @ts-expect-error what came cannot be changed
  inbound.method = 'GET';
  // @ts-expect-error what came cannot be changed
  inbound.fields.set('X', '1');
  // @ts-expect-error the list is read-only
  attempts.length = 0;
  // @ts-expect-error an address is read-only
  connection.remoteAddress = '';
  outbound.method = 'GET';
  outbound.query = undefined;
  // @ts-expect-error a path is text
  outbound.path = undefined;
}
