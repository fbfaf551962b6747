import { describe, expect, test } from 'vitest';
import { definePlugin, only, respond } from 'hookway';
import { FakeClock, RawClient, startOrigin, startTestGateway, unusedPort } from 'hookway/testing';

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('a test gateway', () => {
  test('runs plugins in front of an origin, and tells what happened', async () => {
    const greet = definePlugin({
      name: 'greet',
      setup({ hooks, log }) {
        hooks.onRequest.tap(({ inbound }) => (inbound.path === '/no' ? respond(403) : undefined));
        hooks.onResponse.tap((exchange) => {
          log.info('greeting');
          exchange.response!.fields.set('X-Greeting', 'hello');
        });
      },
    });
    await using gateway = await startTestGateway({ plugins: [greet()] });
    expect(await gateway.fetch('/')).toMatchObject({
      status: 200,
      body: 'ok',
      headers: { 'x-greeting': 'hello' },
    });
    expect((await gateway.fetch('/no')).json()).toMatchObject({ status: 403 });
    expect((await gateway.waitForExchange(2)).outcome?.plugin).toBe('greet');
    expect(await gateway.waitForLog(({ msg }) => msg === 'greeting')).toMatchObject({
      level: 'info',
      plugin: 'greet',
    });
    expect(gateway.origin.requests).toHaveLength(1);
  });

  test('takes routes and scopes as a configuration has them', async () => {
    const closed = definePlugin({
      name: 'closed',
      setup: ({ hooks }) => hooks.onRequest.tap(() => respond(410)),
    });
    await using gateway = await startTestGateway({
      plugins: only({ routes: ['api'] }, closed()),
      routes: [{ name: 'api', path: '/api/*', upstream: 'origin' }, { upstream: 'origin' }],
      origin: { status: 204 },
    });
    expect((await gateway.fetch('/api/x')).status).toBe(410);
    expect((await gateway.fetch('/x')).status).toBe(204);
  });

  test('takes upstreams of its own', async () => {
    await using origin = await startOrigin({ body: 'mine' });
    await using gateway = await startTestGateway({ upstreams: { app: { backends: [origin.url] } } });
    expect((await gateway.fetch('/')).body).toBe('mine');
    expect(() => gateway.origin).toThrow('upstreams of its own');
  });

  test('rejects a configuration that is wrong', async () => {
    await expect(startTestGateway({ routes: [{ upstream: 'none' }] })).rejects.toThrow(
      'unknown upstream "none"',
    );
  });

  test('sends bodies and gives trailers and interim responses', async () => {
    await using gateway = await startTestGateway({
      origin: { body: 'abcdef', chunked: 2, trailers: { 'X-Sum': '7' }, interim: [{ status: 103 }] },
    });
    const response = await gateway.fetch('/', { body: 'up', headers: { 'x-a': ['1', '2'] } });
    expect(response).toMatchObject({
      status: 200,
      body: 'abcdef',
      trailers: { 'x-sum': '7' },
      interim: [103],
    });
    const request = await (await gateway.origin.waitForRequest()).completed();
    expect(request).toMatchObject({ method: 'POST', text: 'up' });
    expect(request.header('X-A')).toBe('1, 2');
  });
});

describe('a scripted origin', () => {
  test('gives a list of answers, of which the last is repeated', async () => {
    await using origin = await startOrigin([{ body: '1' }, { body: '2' }]);
    using client = await RawClient.connect(origin.port);
    client.send(get + get + get);
    const texts = [await client.readResponse(), await client.readResponse(), await client.readResponse()];
    expect(texts.map(({ text }) => text)).toEqual(['1', '2', '2']);
    expect(origin.connections).toHaveLength(1);
  });

  test('records requests byte by byte', async () => {
    await using origin = await startOrigin();
    using client = await RawClient.connect(origin.port);
    const text =
      'PUT /a HTTP/1.1\r\nX:  1\r\nTransfer-Encoding: chunked\r\n\r\n2;e\r\nhi\r\n0\r\nT: 1\r\n\r\n';
    await client.sendInPieces(text, 5);
    const request = await (await origin.waitForRequest()).completed();
    expect(request.raw.toString()).toBe(text);
    expect(request).toMatchObject({ method: 'PUT', target: '/a', text: 'hi', trailers: [['T', '1']] });
  });

  test.each([
    [{ body: 'hello', cutAt: 9, ending: 'close' as const }, 'HTTP/1.1 ', false],
    [{ body: 'hello', cutAt: 0, ending: 'reset' as const }, '', true],
    [{ raw: 'garbage', ending: 'close' as const }, 'garbage', false],
    [{ raw: 'slow', drip: { bytes: 1, everyMs: 1 }, ending: 'close' as const }, 'slow', false],
  ])('fails as it is told: %j', async (answer, received, wasReset) => {
    await using origin = await startOrigin(answer);
    using client = await RawClient.connect(origin.port);
    client.send(get);
    expect((await client.readUntilClose()).toString()).toBe(received);
    expect(client.wasReset).toBe(wasReset);
  });

  test('answers early, late, or not at all', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    await using origin = await startOrigin([
      { status: 413, isEarly: true },
      { after: gate, body: 'late' },
      { cutAt: 0 },
    ]);
    using early = await RawClient.connect(origin.port);
    early.send('POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n');
    expect((await early.readResponse()).status).toBe(413);
    using late = await RawClient.connect(origin.port);
    late.send(get);
    await origin.waitForRequest(2);
    release();
    expect((await late.readResponse()).text).toBe('late');
    late.send(get);
    await origin.waitForRequest(3);
    late.reset();
    await origin.connections[1]!.closed();
    expect(origin.connections[1]!.wasReset).toBe(true);
  });

  test('leaves HTTP', async () => {
    await using origin = await startOrigin(({ connection }) => {
      connection.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n');
      const socket = connection.takeOver();
      socket.pipe(socket);
    });
    using client = await RawClient.connect(origin.port);
    client.send(`${get}early `);
    expect((await client.readResponse()).status).toBe(101);
    client.send('late');
    expect(await client.waitForText('early late')).toContain('early late');
  });

  test('refuses connections when it is closed', async () => {
    const port = await unusedPort();
    await expect(RawClient.connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a raw client', () => {
  test('says what it got when the connection ends before a whole response', async () => {
    await using origin = await startOrigin({ body: 'hello', contentLength: 9, ending: 'close' });
    using client = await RawClient.connect(origin.port);
    client.send(get);
    await expect(client.readResponse()).rejects.toThrow(/ended before a whole response: .*hello/);
  });

  test('reads responses without a length until the end, and those to HEAD without a body', async () => {
    await using origin = await startOrigin({ body: 'hello', contentLength: false });
    using client = await RawClient.connect(origin.port);
    client.send(get);
    expect((await client.readResponse()).text).toBe('hello');
    origin.script = { body: 'hello' };
    using other = await RawClient.connect(origin.port);
    other.send(`HEAD${get.slice(3)}`);
    const response = await other.readResponse({ to: 'HEAD' });
    expect([response.header('content-length'), response.text]).toEqual(['5', '']);
  });
});

describe('a fake clock', () => {
  test('runs what becomes due in order, each at its own time', () => {
    const clock = new FakeClock(100);
    const seen: [string, number][] = [];
    const note = (name: string) => () => void seen.push([name, clock.now()]);
    clock.setTimeout(note('late'), 30);
    clock.setTimeout(() => {
      note('early')();
      clock.setTimeout(note('nested'), 5);
    }, 10);
    const cancel = clock.setTimeout(note('never'), 20);
    cancel();
    clock.advance(29);
    expect(seen).toEqual([
      ['early', 110],
      ['nested', 115],
    ]);
    expect([clock.now(), clock.pendingTimers]).toEqual([129, 1]);
    clock.advance(1);
    expect(seen.at(-1)).toEqual(['late', 130]);
  });
});
