import { GatewayError } from '../errors.ts';
import type { ByteChannel } from '../message/byte-channel.ts';
import type { ResponseHead } from '../message/head.ts';
import type { AttemptFailure, BodySource } from '../message/stream.ts';
import { openTunnel } from '../tunnel/tunnel.ts';
import type { Backend } from '../upstream/backend.ts';
import { Attempt } from './attempt.ts';
import { attributed } from './attribution.ts';
import { isRelayable, isSendable } from './check-response.ts';
import { Response } from './drafts.ts';
import { abortExchange, fail, failShaping, goesOn, invalidResponse, note } from './failure.ts';
import { localResponse } from './gateway-response.ts';
import type { LiveExchange } from './live-exchange.ts';
import { type LocalResponse, RetryDecision } from './local-response.ts';
import { limitForwarding } from './max-forwards.ts';
import { outcomeOf } from './outcome.ts';
import { nowMs } from '../transport/clock.ts';

/** More tries than this, with or without a backend, are a plugin's mistake. */
const maxChoices = 64;

/*
 * The life of an exchange, one function a step. Hooks complete at once when all their taps do, so an exchange without
 * asynchronous plugins runs through without leaving the call stack between two socket events.
 */

// 3 route: the route decides the upstream, whose backends are the candidates
export function beginExchange(exchange: LiveExchange): void {
  const route = exchange.pipeline.findRoute(exchange.inbound);
  exchange.route = route;
  exchange.upstream = route?.upstream;
  admit(exchange);
}

// 4 admit: a local response ends it here
function admit(exchange: LiveExchange): void {
  const { onRequest } = exchange.pipeline.hooks;
  exchange.phase = 'admit';
  if (!onRequest.isUsed()) return admitUpgrade(exchange);
  onRequest.callAsync(exchange, (error, answer) => {
    if (!goesOn(exchange, error)) return;
    if (answer === undefined) admitUpgrade(exchange);
    else answerLocally(exchange, answer);
  });
}

function admitUpgrade(exchange: LiveExchange): void {
  const { onUpgrade } = exchange.pipeline.hooks;
  const { upgrade, method } = exchange.inbound;
  if ((upgrade === undefined && method !== 'CONNECT') || !onUpgrade.isUsed()) return choose(exchange);
  onUpgrade.callAsync(exchange, (error, answer) => {
    if (!goesOn(exchange, error)) return;
    if (answer === undefined) choose(exchange);
    else answerLocally(exchange, answer);
  });
}

// 5 choose: plugins narrow and order the candidates, the first is taken
function choose(exchange: LiveExchange): void {
  const { upstream } = exchange;
  const { selectBackend } = exchange.pipeline.hooks;
  exchange.phase = 'choose';
  exchange.choices++;
  if (upstream === undefined) return fail(exchange, new GatewayError('no_route'));
  const ownAnswer = limitForwarding(exchange);
  if (ownAnswer !== undefined) return answerLocally(exchange, ownAnswer);
  if (!selectBackend.isUsed()) return attempt(exchange, upstream.candidates[0]);
  selectBackend.callAsync(upstream.candidates, exchange, (error, candidates) => {
    if (goesOn(exchange, error)) attempt(exchange, candidates![0]);
  });
}

// 6 attempt: one try at one backend
function attempt(exchange: LiveExchange, backend: Backend | undefined): void {
  if (backend === undefined) return onFailure(exchange, undefined, new GatewayError('no_backend'), true);
  exchange.backend = backend;
  exchange.phase = 'connect';
  const next = new Attempt(exchange, backend);
  exchange.attempts.push(next);
  next.start();
}

/** The last change of the outbound head, then it is sent. */
export function prepareAttempt(exchange: LiveExchange, next: Attempt): void {
  const { onBackendRequest } = exchange.pipeline.hooks;
  if (!onBackendRequest.isUsed()) return next.acquire();
  onBackendRequest.callAsync(exchange, (error) => {
    if (goesOn(exchange, error)) next.acquire();
  });
}

/** A try failed before a response head. */
export function onAttemptFailed(exchange: LiveExchange, failed: Attempt, failure: AttemptFailure): void {
  const { error, nothingSent } = failure;
  if (error.fault === 'client') return abortExchange(exchange, error);
  if (error.fault === 'plugin') return fail(exchange, error);
  if (!exchange.isSettled) onFailure(exchange, failed.backend, error, nothingSent);
}

/** There is no response: another try, an answer of a plugin, or the failure's own status. */
function onFailure(
  exchange: LiveExchange,
  backend: Backend | undefined,
  error: GatewayError,
  nothingSent: boolean,
): void {
  const { onBackendError } = exchange.pipeline.hooks;
  if (!onBackendError.isUsed()) return fail(exchange, error);
  const mayRetry = exchange.mayRepeat(nothingSent) && exchange.choices < maxChoices;
  const seen = { error, backend, nothingSent, mayRetry };
  onBackendError.callAsync(exchange, seen, (hookError, decision) => {
    if (!goesOn(exchange, hookError)) return;
    if (decision === undefined || (decision instanceof RetryDecision && !mayRetry)) fail(exchange, error);
    else if (decision instanceof RetryDecision) choose(exchange);
    else answerLocally(exchange, decision);
  });
}

// 7 switch: 101, or CONNECT accepted
export function onBackendSwitch(
  exchange: LiveExchange,
  head: ResponseHead,
  upstream: ByteChannel,
  responseAtMs: number,
): void {
  const response = Response.ofBackend(head, undefined, exchange);
  response.upgrade = head.facts.upgrade;
  exchange.responseAtMs = responseAtMs;
  exchange.response = response;
  shape(
    exchange,
    () => {
      if (!isSendable(response) || response.status !== head.status) {
        upstream.destroy();
        return failShaping(exchange, invalidResponse(exchange));
      }
      exchange.phase = 'tunnel';
      const downstream = exchange.stream.switchProtocols(response);
      openTunnel(downstream, upstream, exchange.pipeline.tunnelIdleTimeoutMs, (end) => {
        exchange.tunnelBytesReceived = end.bytesFromDownstream;
        exchange.tunnelBytesSent = end.bytesFromUpstream;
        if (end.error !== undefined) note(exchange, end.error);
        settle(exchange);
      });
    },
    () => upstream.destroy(),
  );
}

/** A backend answered: its answer is taken, unless a plugin wants another try or has a better one. */
export function onResponseHead(
  exchange: LiveExchange,
  answered: Attempt,
  head: ResponseHead,
  body: BodySource | undefined,
): void {
  const { onBackendResponse } = exchange.pipeline.hooks;
  exchange.responseAtMs = answered.responseAtMs;
  if (!onBackendResponse.isUsed()) return takeResponse(exchange, head, body);
  const { status, fields } = head;
  const mayRetry = exchange.mayRepeat(false) && exchange.choices < maxChoices;
  const seen = { status, fields, backend: answered.backend, mayRetry };
  onBackendResponse.callAsync(exchange, seen, (error, decision) => {
    if (!goesOn(exchange, error)) return;
    if (decision === undefined || (decision instanceof RetryDecision && !mayRetry)) {
      return takeResponse(exchange, head, body);
    }
    if (decision instanceof RetryDecision) exchange.outbound.holdBody();
    answered.abandonResponse();
    if (decision instanceof RetryDecision) choose(exchange);
    else answerLocally(exchange, decision);
  });
}

function takeResponse(exchange: LiveExchange, head: ResponseHead, body: BodySource | undefined): void {
  exchange.response = Response.ofBackend(head, body, exchange);
  shape(exchange, () => relay(exchange));
}

// 8 shape: the head may be changed before it goes out
export function shape(exchange: LiveExchange, then: () => void, undo?: () => void): void {
  const { onResponse } = exchange.pipeline.hooks;
  const { response } = exchange;
  exchange.phase = 'response';
  if (!onResponse.isUsed()) return then();
  onResponse.callAsync(exchange, (error) => {
    // meanwhile the exchange may be over, or a failure's answer may have taken the place of this one
    if (exchange.isSettled || exchange.response !== response) undo?.();
    else if (error === null || error === undefined) then();
    else {
      undo?.();
      failShaping(exchange, attributed(error, 'unknown', 'onResponse'));
    }
  });
}

// 9 relay: head, body, trailers
export function relay(exchange: LiveExchange): void {
  const { stream } = exchange;
  const response = exchange.response!;
  const source = response.straightSource;
  if (source?.error !== undefined) return fail(exchange, source.error);
  if (!isRelayable(response, exchange.inbound.method))
    return failShaping(exchange, invalidResponse(exchange));
  exchange.phase = 'relay';
  stream.sendHead(response);
  if (source !== undefined) source.pipe(stream);
  else if (response.bodyLength === 0) stream.end(undefined);
  else {
    response.body.pipe(stream);
    if (response.body.isReplaced) exchange.attempt?.abandonResponse();
  }
  stream.flush(); // a body may begin much later than its head
}

// 10 settle: exactly once, also after an abort
export function settle(exchange: LiveExchange): void {
  if (exchange.isSettled) return;
  exchange.isSettled = true;
  exchange.completedAtMs = nowMs();
  exchange.attempt?.cancel();
  exchange.ownTimeouts?.release();
  exchange.outbound.discardBody();
  exchange.response?.discardBody();
  const { hooks } = exchange.pipeline;
  if (hooks.onComplete.isUsed()) {
    exchange.outcome = outcomeOf(exchange);
    hooks.onComplete.call(exchange);
  }
  exchange.pipeline.onSettled(exchange);
}

/** The response was handed to the transport completely. */
export function finishExchange(exchange: LiveExchange): void {
  if (exchange.error === undefined) exchange.phase = 'done';
  settle(exchange);
}

/** A plugin answers instead of a backend. */
function answerLocally(exchange: LiveExchange, answer: LocalResponse): void {
  const code = answer.code ?? 'local_response';
  exchange.answeredBy = { code, plugin: exchange.runningPlugin, hook: exchange.runningHook };
  exchange.response = localResponse(exchange, answer);
  shape(exchange, () => relay(exchange));
}
