import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type TestGatewayOptions } from 'hookway/testing';
import tracing, { ServerSpan, TraceId } from 'hookway/plugins/tracing';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const parent = `00-${traceId}-${spanId}-01`;
const incoming = { traceparent: parent, tracestate: 'rojo=1', baggage: 'user=alice' };
const names = ['traceparent', 'tracestate', 'baggage'];

async function start(options?: Parameters<typeof tracing>[0], more: TestGatewayOptions = {}) {
  const gateway = await startTestGateway({ plugins: [tracing(options)], ...more });
  onTestFinished(() => gateway.close());
  return gateway;
}

test('a trace that comes in is passed on as it is', async () => {
  const gateway = await start();
  await gateway.fetch('/', { headers: incoming });
  const [request] = gateway.origin.requests;
  expect(names.map((name) => request!.header(name))).toEqual([parent, 'rojo=1', 'user=alice']);
  const exchange = await gateway.waitForExchange();
  expect(exchange.get(TraceId)).toBe(traceId);
  expect(exchange.get(ServerSpan)).toEqual({ traceId, spanId, traceFlags: 1 });
});

test.each([
  ['malformed', `traceparent: 00-${traceId}-01\r\n`],
  ['there twice', `traceparent: ${parent}\r\ntraceparent: ${parent}\r\n`],
  ['of zeros', `traceparent: 00-${'0'.repeat(32)}-${spanId}-01\r\n`],
])('a parent that is %s is dropped, and its state', async (_, lines) => {
  const gateway = await start();
  const client = await gateway.connect();
  client.send(`GET / HTTP/1.1\r\nHost: a\r\n${lines}tracestate: a=1\r\nbaggage: b=2\r\n\r\n`);
  await client.readResponse();
  const [request] = gateway.origin.requests;
  expect(names.map((name) => request!.header(name))).toEqual([undefined, undefined, 'b=2']);
  expect((await gateway.waitForExchange()).get(TraceId)).toBeUndefined();
});

test('baggage beyond the limits of W3C is cut to whole members', async () => {
  const gateway = await start();
  const members = Array.from({ length: 70 }, (_, i) => `k${i}=1`);
  await gateway.fetch('/', { headers: { baggage: members.join(',') } });
  expect(gateway.origin.requests[0]!.header('baggage')).toBe(members.slice(0, 64).join(','));
});

test.each(['link', 'ignore'] as const)(
  'with incoming: %j nothing of a client reaches a backend',
  async (value) => {
    const gateway = await start({ incoming: value });
    await gateway.fetch('/', { headers: incoming });
    expect(gateway.origin.requests[0]!.raw.toString()).not.toMatch(/traceparent|tracestate|baggage/i);
    expect((await gateway.waitForExchange()).get(TraceId)).toBeUndefined();
  },
);

test('the log says at the start that nothing is recorded', async () => {
  const gateway = await start();
  expect(gateway.logLines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      plugin: 'tracing',
      msg: 'no OpenTelemetry SDK is registered: traces are passed on, no spans are made',
    }),
  );
});

test('no trace begins unless that is asked for', async () => {
  const gateway = await start();
  await gateway.fetch('/');
  expect(gateway.origin.requests[0]!.header('traceparent')).toBeUndefined();
});

test.each([
  ['sampled', '01'],
  ['unsampled', '00'],
] as const)('traces can begin here, %s', async (startTraces, flags) => {
  const gateway = await start({ startTraces, responseHeader: 'x-trace-id' });
  const { headers } = await gateway.fetch('/');
  const exchange = await gateway.waitForExchange();
  const { traceId: begun, spanId: span } = exchange.get(ServerSpan)!;
  expect(gateway.origin.requests[0]!.header('traceparent')).toBe(`00-${begun}-${span}-${flags}`);
  expect([headers['x-trace-id'], exchange.get(TraceId)]).toEqual([begun, begun]);
  await gateway.fetch('/', { headers: incoming });
  expect(gateway.origin.requests[1]!.header('traceparent')).toBe(parent);
});

test('a client is told no identifier where there is no trace', async () => {
  const gateway = await start({ responseHeader: 'x-trace-id' });
  expect((await gateway.fetch('/')).headers['x-trace-id']).toBeUndefined();
});

test.each([
  [{ incoming: 'trust' }, 'plugins[0] tracing › incoming: Invalid option'],
  [{ startTraces: true }, 'plugins[0] tracing › startTraces: Invalid option'],
  [
    { responseHeader: 'trace id' },
    'plugins[0] tracing › responseHeader: "trace id" is not the name of a header field that plugins may set',
  ],
  [{ redactQuery: [''] }, 'plugins[0] tracing › redactQuery[0]: must be the name of a query parameter'],
  [{ exporter: 'otlp' }, 'plugins[0] tracing: Unrecognized key: "exporter"'],
])('the options %j are refused', async (options, complaint) => {
  await expect(start(options as never)).rejects.toThrow(complaint);
});
