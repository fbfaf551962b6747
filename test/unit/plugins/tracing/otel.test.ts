import * as otel from '@opentelemetry/api';
import { expect, onTestFinished, test } from 'vitest';
import { findTracer, flushSpans } from '../../../../plugins/tracing/otel.ts';

function register(provider: object): void {
  otel.trace.setGlobalTracerProvider(provider as otel.TracerProvider);
  onTestFinished(() => otel.trace.disable());
}

test('without an SDK there is no tracer, and nothing to send', async () => {
  expect(findTracer(otel)).toBeUndefined();
  await flushSpans(otel, 60_000);
});

test('the tracer is the one of the SDK', () => {
  const tracer = {};
  register({ getTracer: () => tracer });
  expect(findTracer(otel)).toBe(tracer);
});

test('an SDK that cannot be flushed is let be', async () => {
  register({ getTracer: () => ({}) });
  await flushSpans(otel, 60_000);
});

test('an SDK that never sends is not waited for longer than allowed', async () => {
  register({ getTracer: () => ({}), forceFlush: () => new Promise(() => {}) });
  await flushSpans(otel, 1);
});

test('an SDK that fails to send says so', async () => {
  register({ getTracer: () => ({}), forceFlush: () => Promise.reject(new Error('no collector')) });
  await expect(flushSpans(otel, 60_000)).rejects.toThrow('no collector');
});
