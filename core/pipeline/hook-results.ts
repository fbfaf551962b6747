import { Backend } from '../upstream/backend.ts';
import type { HookName } from './hooks.ts';
import { LocalResponse, Refusal, RetryDecision } from './local-response.ts';

function isBackends(result: unknown): boolean {
  if (!Array.isArray(result)) return false;
  for (const each of result) if (!(each instanceof Backend)) return false;
  return true;
}

function isExpected(hook: HookName, result: unknown): boolean {
  switch (hook) {
    case 'onAccept':
      return result instanceof Refusal;
    case 'onRequest':
    case 'onUpgrade':
      return result instanceof LocalResponse;
    case 'onBackendError':
    case 'onBackendResponse':
      return result instanceof LocalResponse || result instanceof RetryDecision;
    case 'selectBackend':
      return isBackends(result);
    case 'onBackendRequest':
    case 'onResponse':
    case 'onComplete':
      return false;
  }
}

/**
 * What a handler answered, or undefined for nothing (a bail hook would take null for an answer).
 * @throws TypeError when the hook has no use for it: to guess would let a request pass that was to be stopped.
 */
export function checkedResult(hook: HookName, result: unknown): unknown {
  if (result === undefined || result === null) return undefined;
  if (isExpected(hook, result)) return result;
  throw new TypeError(`${hook} does not take this result: ${typeof result}.`);
}
