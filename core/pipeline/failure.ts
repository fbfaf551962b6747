import { GatewayError } from '../errors.ts';
import { attributed } from './attribution.ts';
import { errorResponse } from './gateway-response.ts';
import { relay, settle, shape } from './lifecycle.ts';
import type { LiveExchange } from './live-exchange.ts';

/** The client is gone, or its request broke off: everything that runs for it stops. */
export function abortExchange(exchange: LiveExchange, error: GatewayError): void {
  if (exchange.isSettled) return;
  if (exchange.stream.mayRespond && error.code !== 'client_aborted') return fail(exchange, error);
  if (exchange.error === undefined) note(exchange, error);
  settle(exchange);
}

/** The exchange cannot go on: an answer while one is possible, otherwise the client sees it cut off. */
export function fail(exchange: LiveExchange, error: GatewayError): void {
  if (exchange.isSettled || exchange.isFailed) return;
  note(exchange, error);
  exchange.attempt?.cancel();
  if (!exchange.stream.mayRespond) return exchange.stream.reset(error);
  takeErrorResponse(exchange, error);
  shape(exchange, () => relay(exchange));
}

/** A plugin failed on the response itself: the bare error goes out, past the plugins. */
export function failShaping(exchange: LiveExchange, error: GatewayError): void {
  note(exchange, error);
  exchange.attempt?.cancel();
  if (!exchange.stream.mayRespond) return exchange.stream.reset(error);
  takeErrorResponse(exchange, error);
  relay(exchange);
}

/** The error's answer takes the place of a response that is lost, with what plugins put into its way. */
function takeErrorResponse(exchange: LiveExchange, error: GatewayError): void {
  exchange.response?.discardBody();
  exchange.response = errorResponse(exchange, error);
}

export function note(exchange: LiveExchange, error: GatewayError): void {
  exchange.isFailed = true;
  if (exchange.error === undefined) {
    exchange.error = error;
    exchange.failedPhase = exchange.phase;
  }
  if (error.fault !== 'plugin' && error.code !== 'internal_error') return;
  const { plugin, hook, cause } = error;
  const { failures } = exchange.pipeline;
  failures.report(
    { err: cause ?? error, plugin, hook, code: error.code, exchange: exchange.id },
    error.message,
  );
}

/** True when the next step follows: no hook failed, and the exchange is not over. */
export function goesOn(exchange: LiveExchange, error: Error | null | undefined): boolean {
  if (exchange.isSettled || exchange.isFailed) return false;
  if (error === null || error === undefined) return true;
  fail(exchange, attributed(error, exchange.runningPlugin ?? 'unknown', exchange.runningHook ?? 'unknown'));
  return false;
}

/** A plugin made a response that cannot be written. */
export function invalidResponse({ runningPlugin: plugin, runningHook: hook }: LiveExchange): GatewayError {
  return new GatewayError('invalid_field', 'A response has an invalid status or reason phrase.', {
    plugin,
    hook,
  });
}

/** Time is up, whatever it is waiting for. */
export function failNow(exchange: LiveExchange, error: GatewayError): void {
  if (exchange.isSettled) return;
  if (exchange.isFailed) exchange.stream.reset(error);
  else fail(exchange, error);
}
