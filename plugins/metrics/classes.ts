import { errorKinds, type ErrorCode, type Exchange } from '../../core/index.ts';

/** Values of the label `method`; the last one is for all others. */
export const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'other',
] as const;

const methodIndexes: ReadonlyMap<string, number> = new Map(methods.map((method, index) => [method, index]));
const otherMethod = methods.length - 1;

export function methodIndex(method: string): number {
  return methodIndexes.get(method) ?? otherMethod;
}

/** Values of the label `code`. */
export const codes = ['1xx', '2xx', '3xx', '4xx', '5xx', '499'] as const;

const goneBefore = codes.indexOf('499');

export function statusIndex(status: number): number {
  return Math.floor(status / 100) - 1;
}

/**
 * The class of the status that the client was sent; 499 when it was gone before any.
 * Without a response it is the status that belongs to the failure.
 */
export function codeIndex({ outcome, response }: Exchange): number {
  const { code, phase } = outcome!;
  if (code === 'client_aborted' && phase !== 'relay' && phase !== 'tunnel') return goneBefore;
  const status = response?.status ?? errorKinds[code as ErrorCode]?.status ?? 500;
  return statusIndex(status);
}
