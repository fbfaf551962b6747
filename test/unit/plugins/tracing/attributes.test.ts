import { expect, test } from 'vitest';
import type { AttemptRecord, Outcome } from '../../../../core/index.ts';
import { GatewayError } from '../../../../core/index.ts';
import { attemptErrorType } from '../../../../plugins/tracing/client-span.ts';
import { recordedMethod } from '../../../../plugins/tracing/request-method.ts';
import { serverAddress } from '../../../../plugins/tracing/server-address.ts';
import { serverErrorType } from '../../../../plugins/tracing/server-span.ts';

const outcome = (endedBy: Outcome['endedBy'], code: string | undefined): Outcome => ({
  endedBy,
  code,
  phase: 'done',
  plugin: undefined,
  hook: undefined,
});

test('a method that clients made up does not become a name of its own', () => {
  expect(recordedMethod('GET')).toEqual({ name: 'GET', original: undefined, inSpanName: 'GET' });
  for (const method of ['PROPFIND', 'get', 'X'.repeat(50)]) {
    expect(recordedMethod(method)).toEqual({ name: '_OTHER', original: method, inSpanName: 'HTTP' });
  }
});

test.each([
  ['example.com', 'http', { address: 'example.com', port: 80 }],
  ['Example.com.', 'https', { address: 'example.com', port: 443 }],
  ['example.com:8080', 'https', { address: 'example.com', port: 8080 }],
  ['[::1]:8080', 'http', { address: '::1', port: 8080 }],
  ['', 'http', undefined],
  ['not a host', 'http', undefined],
] as const)('%j over %s is the server %j', (authority, scheme, address) => {
  expect(serverAddress(authority, scheme)).toEqual(address);
});

test.each([
  [200, outcome(undefined, undefined), undefined],
  [404, outcome(undefined, undefined), undefined],
  [500, outcome(undefined, undefined), '500'],
  [503, outcome(undefined, 'local_response'), '503'],
  [502, outcome('backend', 'connect_failed'), 'connect_failed'],
  [200, outcome('backend', 'response_truncated'), 'response_truncated'],
  [500, outcome('plugin', 'plugin_failed'), 'plugin_failed'],
  [404, outcome('client', 'no_route'), undefined],
  [undefined, outcome('client', 'client_aborted'), undefined],
])('a server that sent %j in an exchange that ended as %j has the error %j', (status, ended, error) => {
  expect(serverErrorType(status, ended)).toBe(error);
});

test.each([
  [200, undefined, undefined, undefined],
  [302, undefined, undefined, undefined],
  [404, undefined, undefined, '404'],
  [503, undefined, outcome(undefined, undefined), '503'],
  [undefined, 'connect_failed', undefined, 'connect_failed'],
  [200, undefined, outcome('backend', 'response_truncated'), 'response_truncated'],
  [undefined, undefined, outcome('client', 'client_aborted'), 'client_aborted'],
] as const)(
  'an attempt with status %j and failure %j, ended as %j, has the error %j',
  (status, code, ended, error) => {
    const attempt = { status, error: code === undefined ? undefined : new GatewayError(code) };
    expect(attemptErrorType(attempt as AttemptRecord, ended)).toBe(error);
  },
);
