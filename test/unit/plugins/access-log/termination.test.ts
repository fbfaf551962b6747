import { expect, test } from 'vitest';
import { errorKinds, type Outcome } from '../../../../core/index.ts';
import { statusOfCode, terminationOf } from '../../../../plugins/access-log/termination.ts';

const done: Outcome = {
  endedBy: undefined,
  phase: 'done',
  code: undefined,
  plugin: undefined,
  hook: undefined,
};

test.each<[expected: string, Partial<Outcome>]>([
  ['--', {}],
  ['--', { phase: 'tunnel' }],
  ['LR', { code: 'local_response', hook: 'onRequest' }],
  ['LR', { code: 'local_response', hook: 'onUpgrade' }],
  ['LH', { code: 'local_response', hook: 'onBackendError' }],
  ['PR', { code: 'no_route', endedBy: 'client', phase: 'choose' }],
  ['CD', { code: 'client_aborted', endedBy: 'client', phase: 'relay' }],
  ['CC', { code: 'client_aborted', endedBy: 'client', phase: 'connect' }],
  ['cD', { code: 'client_stalled', endedBy: 'client', phase: 'relay' }],
  ['cH', { code: 'body_timeout', endedBy: 'client', phase: 'request' }],
  ['SC', { code: 'connect_failed', endedBy: 'backend', phase: 'connect' }],
  ['sC', { code: 'connect_timeout', endedBy: 'backend', phase: 'connect' }],
  ['SH', { code: 'connection_lost', endedBy: 'backend', phase: 'request' }],
  ['sH', { code: 'response_head_timeout', endedBy: 'backend', phase: 'request' }],
  ['SD', { code: 'response_truncated', endedBy: 'backend', phase: 'relay' }],
  ['RQ', { code: 'no_backend', endedBy: 'gateway', phase: 'choose' }],
  ['RQ', { code: 'queue_full', endedBy: 'gateway', phase: 'connect' }],
  ['rQ', { code: 'queue_timeout', endedBy: 'gateway', phase: 'connect' }],
  ['gD', { code: 'tunnel_idle', endedBy: 'gateway', phase: 'tunnel' }],
  ['IR', { code: 'plugin_failed', endedBy: 'plugin', phase: 'admit', hook: 'onRequest' }],
  ['IH', { code: 'internal_error', endedBy: 'gateway', phase: 'response' }],
  ['PR', { code: 'constructor', endedBy: 'client', phase: 'admit' }],
])('%s stands for %j', (expected, outcome) => {
  expect(terminationOf({ ...done, ...outcome })).toBe(expected);
});

test('every failure of the gateway has two letters', () => {
  for (const [code, { fault }] of Object.entries(errorKinds)) {
    expect(terminationOf({ ...done, code, endedBy: fault, phase: 'relay' })).toMatch(/^[CcPSsRrgI][DQR]$/);
  }
});

test.each([
  ['client_aborted', 499],
  ['connect_timeout', 504],
  ['local_response', undefined],
  ['constructor', undefined],
  [undefined, undefined],
])('without a response, the code %s stands for the status %s', (code, expected) => {
  expect(statusOfCode(code)).toBe(expected);
});
