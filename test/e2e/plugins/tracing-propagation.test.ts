import {
  type Context,
  INVALID_SPAN_CONTEXT,
  type TextMapPropagator,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect, onTestFinished, test } from 'vitest';
import { only } from 'hookway';
import { startTestGateway, type TestGatewayOptions } from 'hookway/testing';
import tracing, { TraceId } from 'hookway/plugins/tracing';
import { parentField, registerSdk } from './tracing-sdk.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = `00-${traceId}-00f067aa0ba902b7-01`;
const incoming = { traceparent: parent, tracestate: 'rojo=1,congo=t61', baggage: 'user=alice,tier=1' };

async function start(options: TestGatewayOptions = {}) {
  const gateway = await startTestGateway({ plugins: [tracing()], ...options });
  onTestFinished(() => gateway.close());
  return gateway;
}

test('a trace that comes in is continued, with its state and baggage', async () => {
  const sdk = registerSdk();
  const gateway = await start();
  await gateway.fetch('/', { headers: incoming });
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(server.spanContext().traceId).toBe(traceId);
  expect(server.parentSpanContext).toMatchObject({ spanId: '00f067aa0ba902b7', isRemote: true });
  const [request] = gateway.origin.requests;
  expect(request!.header('traceparent')).toBe(parentField(clients[0]!));
  expect(request!.header('tracestate')).toBe('rojo=1,congo=t61');
  expect(request!.header('baggage')).toBe('user=alice,tier=1');
});

test('a trace that is only linked to is named by a link, and a new one begins', async () => {
  const sdk = registerSdk();
  const gateway = await start({ plugins: [tracing({ incoming: 'link' })] });
  await gateway.fetch('/', { headers: incoming });
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(server.spanContext().traceId).not.toBe(traceId);
  expect(server.parentSpanContext).toBeUndefined();
  expect(server.links.map(({ context }) => context.traceId)).toEqual([traceId]);
  const [request] = gateway.origin.requests;
  expect(request!.header('traceparent')).toBe(parentField(clients[0]!));
  expect([request!.header('tracestate'), request!.header('baggage')]).toEqual([undefined, undefined]);
});

test('a trace that is ignored leaves nothing behind', async () => {
  const sdk = registerSdk();
  const gateway = await start({ plugins: [tracing({ incoming: 'ignore' })] });
  await gateway.fetch('/', { headers: incoming });
  await gateway.waitForExchange();
  const { server } = await sdk.exchange();
  expect(server.spanContext().traceId).not.toBe(traceId);
  expect([server.parentSpanContext, server.links]).toEqual([undefined, []]);
  const raw = gateway.origin.requests[0]!.raw.toString();
  expect(raw).not.toContain(traceId);
  expect(raw).not.toMatch(/tracestate|baggage/i);
});

test.each([
  ['malformed', `traceparent: ${parent}-\r\n`],
  ['there twice', `traceparent: ${parent}\r\nTraceparent: ${parent}\r\n`],
])('a parent that is %s begins a new trace, and its state is dropped', async (_, lines) => {
  const sdk = registerSdk();
  const gateway = await start();
  const client = await gateway.connect();
  client.send(`GET / HTTP/1.1\r\nHost: a\r\n${lines}tracestate: a=1\r\n\r\n`);
  await client.readResponse();
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(server.spanContext().traceId).not.toBe(traceId);
  const raw = gateway.origin.requests[0]!.raw.toString();
  expect(raw.match(/traceparent/gi)).toHaveLength(1);
  expect(raw).toContain(parentField(clients[0]!));
  expect(raw).not.toMatch(/tracestate/i);
});

test('what a sampler does not want is not recorded, but its trace is passed on as not sampled', async () => {
  const sdk = registerSdk({ sampler: new AlwaysOffSampler() });
  const gateway = await start();
  await gateway.fetch('/');
  const exchange = await gateway.waitForExchange();
  expect(await sdk.spans()).toEqual([]);
  expect(gateway.origin.requests[0]!.header('traceparent')).toMatch(
    new RegExp(`^00-${exchange.get(TraceId)}-[0-9a-f]{16}-00$`),
  );
});

test('a sampler is asked with method, path, route and server', async () => {
  const asked: unknown[] = [];
  const sampler: Sampler = {
    shouldSample(_context, _traceId, name, _kind, attributes) {
      asked.push([name, attributes]);
      return { decision: SamplingDecision.NOT_RECORD };
    },
  };
  registerSdk({ sampler });
  const gateway = await start({ routes: [{ path: '/a/*', upstream: 'origin' }] });
  await gateway.fetch('/a/1', { headers: { host: 'app.example' } });
  expect(asked[0]).toEqual([
    'GET /a/*',
    expect.objectContaining({
      'http.request.method': 'GET',
      'url.path': '/a/1',
      'http.route': '/a/*',
      'server.address': 'app.example',
      'client.address': '127.0.0.1',
    }),
  ]);
});

test('an SDK without propagators passes on Trace Context, and baggage as it came', async () => {
  const sdk = registerSdk({ propagator: undefined });
  const gateway = await start();
  await gateway.fetch('/', { headers: incoming });
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(server.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
  const [request] = gateway.origin.requests;
  expect(request!.header('traceparent')).toBe(parentField(clients[0]!));
  expect(request!.header('tracestate')).toBe('rojo=1,congo=t61');
  expect(request!.header('baggage')).toBe('user=alice,tier=1');
});

/** A format of its own, in one field. */
const other: TextMapPropagator = {
  fields: () => ['x-other'],
  extract(context: Context, carrier: unknown, getter): Context {
    const [theirTrace, spanId] = String(getter.get(carrier, 'X-Other')).split(':') as [string, string];
    return trace.setSpanContext(context, { traceId: theirTrace, spanId, traceFlags: 1, isRemote: true });
  },
  inject(context: Context, carrier: unknown, setter): void {
    const { traceId: ours, spanId } = trace.getSpanContext(context)!;
    setter.set(carrier, 'x-other', `${ours}:${spanId}`);
  },
};

test('propagators of other formats take the place of Trace Context', async () => {
  const sdk = registerSdk({ propagator: other });
  const gateway = await start();
  const theirs = '0af7651916cd43dd8448eb211c80319c';
  await gateway.fetch('/', { headers: { ...incoming, 'x-other': `${theirs}:b7ad6b7169203331` } });
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(server.spanContext().traceId).toBe(theirs);
  const [request] = gateway.origin.requests;
  expect(request!.header('x-other')).toBe(`${theirs}:${clients[0]!.spanContext().spanId}`);
  expect([request!.header('traceparent'), request!.header('tracestate')]).toEqual([undefined, undefined]);
});

test('an SDK that is switched off lets traces pass as they are', async () => {
  const tracer = { startSpan: () => trace.wrapSpanContext(INVALID_SPAN_CONTEXT) };
  trace.setGlobalTracerProvider({ getTracer: () => tracer as unknown as Tracer });
  onTestFinished(() => trace.disable());
  const gateway = await start();
  await gateway.fetch('/', { headers: incoming });
  expect(gateway.origin.requests[0]!.header('traceparent')).toBe(parent);
  expect(gateway.origin.requests[0]!.header('tracestate')).toBe(incoming.tracestate);
  expect((await gateway.waitForExchange()).get(TraceId)).toBe(traceId);
});

test('when the gateway stops, the SDK sends what it gathered', async () => {
  const flushed: boolean[] = [];
  const forceFlush = async (): Promise<void> => void flushed.push(true);
  registerSdk({ processors: [{ onStart() {}, onEnd() {}, forceFlush, shutdown: async () => {} }] });
  const gateway = await start();
  await gateway.fetch('/');
  expect(flushed).toEqual([]);
  await gateway.gateway.close();
  expect(flushed).toEqual([true]);
});

test('an SDK that is registered after the start is found', async () => {
  const gateway = await start();
  await gateway.fetch('/');
  const sdk = registerSdk();
  await gateway.fetch('/');
  await gateway.waitForExchange(2);
  await sdk.exchange();
});

test('listed twice, the plugin traces an exchange once', async () => {
  const sdk = registerSdk();
  const gateway = await start({ plugins: [tracing(), tracing({ incoming: 'ignore' })] });
  await gateway.fetch('/', { headers: incoming });
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect([server.spanContext().traceId, clients.length]).toEqual([traceId, 1]);
});

test('scoped to routes, other routes pass through untouched', async () => {
  const sdk = registerSdk();
  const gateway = await start({
    plugins: [only({ routes: ['traced'] }, tracing())],
    routes: [
      { name: 'traced', path: '/traced', upstream: 'origin' },
      { name: 'others', upstream: 'origin' },
    ],
  });
  await gateway.fetch('/others', { headers: incoming });
  await gateway.fetch('/traced');
  await gateway.waitForExchange(2);
  expect(gateway.origin.requests[0]!.header('traceparent')).toBe(parent);
  expect((await sdk.exchange()).server.name).toBe('GET /traced');
});

test('the client can be told the identifier of the trace, whoever answers', async () => {
  registerSdk();
  const gateway = await start({
    plugins: [tracing({ responseHeader: 'X-Trace-ID' })],
    routes: [{ path: '/there', upstream: 'origin' }],
  });
  for (const path of ['/there', '/nowhere']) {
    const { headers } = await gateway.fetch(path, { headers: incoming });
    expect(headers['x-trace-id']).toBe(traceId);
  }
});

const broken = (): never => {
  throw new Error('the SDK is broken');
};
const silent = { forceFlush: async () => {}, shutdown: async () => {} };
const brokenParts: Record<string, Parameters<typeof registerSdk>[0]> = {
  sampler: { sampler: { shouldSample: broken } },
  'start of a processor': {
    processors: [{ onStart: broken, onEnd() {}, ...silent } satisfies SpanProcessor],
  },
  'end of a processor': { processors: [{ onStart() {}, onEnd: broken, ...silent } satisfies SpanProcessor] },
  extraction: { propagator: { fields: () => ['traceparent'], extract: broken, inject() {} } },
  injection: { propagator: { fields: () => ['traceparent'], extract: (context) => context, inject: broken } },
  'list of fields': { propagator: { fields: broken, extract: (context) => context, inject() {} } },
};

test.each(Object.keys(brokenParts))(
  'an SDK whose %s throws stops no request, and is logged once',
  async (part) => {
    registerSdk(brokenParts[part]);
    const gateway = await start();
    for (let i = 0; i < 3; i++) {
      expect(await gateway.fetch('/', { headers: incoming })).toMatchObject({ status: 200, body: 'ok' });
    }
    await gateway.waitForExchange(3);
    const warnings = gateway.logLines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ msg, plugin }) => [msg, plugin])).toEqual([
      ['tracing failed, requests go on without it', 'tracing'],
    ]);
  },
);
