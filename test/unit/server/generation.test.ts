import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  checkConfiguration,
  ConfigurationError,
  definePlugin,
  type PluginHost,
  type PluginList,
  respond,
  Service,
  Stage,
  type SyncTap,
} from 'hookway';
import { startTestGateway, type TestGateway } from 'hookway/testing';

let running: TestGateway | undefined;

afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(plugins: PluginList): Promise<TestGateway> {
  return (running = await startTestGateway({ plugins, log: { level: 'error' } }));
}

const plugin = (name: string, setup: (host: PluginHost) => void | Promise<void>) =>
  definePlugin({ name, setup })();

const problemsOf = async (plugins: PluginList): Promise<readonly { place: string; message: string }[]> => {
  const error: unknown = await start(plugins).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ConfigurationError);
  return (error as ConfigurationError).problems;
};

describe('set-up', () => {
  test('runs in the order of the list, one plugin behind the other', async () => {
    const order: string[] = [];
    const slow = plugin('slow', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('slow');
    });
    await start([
      slow,
      [plugin('b', () => void order.push('b')), false, null],
      plugin('c', () => void order.push('c')),
    ]);
    expect(order).toEqual(['slow', 'b', 'c']);
  });

  test('gets options with their defaults', async () => {
    const seen = vi.fn();
    const withOptions = definePlugin({
      name: 'a',
      options: z.strictObject({ n: z.int().default(7), s: z.string().optional() }),
      setup: (_host, options) => seen(options),
    });
    await start([withOptions(), withOptions({ n: 1 })]);
    expect(seen.mock.calls).toEqual([[{ n: 7 }], [{ n: 1 }]]);
  });

  test('does not begin when any plugin has wrong options', async () => {
    const seen = vi.fn();
    const strict = definePlugin({ name: 'strict', options: z.strictObject({ n: z.int() }), setup: () => {} });
    expect(await problemsOf([plugin('a', seen), strict({ n: 1.5 })])).toMatchObject([
      { place: 'plugins[1] strict › n' },
    ]);
    expect(seen).not.toHaveBeenCalled();
  });

  test('that fails is named, and what was set up before is undone, last in first out', async () => {
    const order: string[] = [];
    const a = plugin('a', (host) => {
      host.defer(() => void order.push('a1'));
      host.retain(
        'value',
        () => 1,
        () => void order.push('a2'),
      );
    });
    const b = plugin('b', (host) => {
      host.defer(async () => {
        await Promise.resolve();
        order.push('b');
      });
      throw new Error('no port');
    });
    const c = plugin('c', () => void order.push('never'));
    expect(await problemsOf([a, b, c])).toEqual([{ place: 'plugins[1] b', message: 'no port' }]);
    expect(order).toEqual(['b', 'a2', 'a1']);
  });

  test('is undone when the gateway closes, also behind a clean-up that fails', async () => {
    const order: string[] = [];
    const gateway = await start([
      plugin('a', (host) => host.defer(() => void order.push('a'))),
      plugin('bad', (host) =>
        host.defer(() => {
          throw new Error('boom');
        }),
      ),
    ]);
    await gateway.close();
    expect(order).toEqual(['a']);
    expect(gateway.logLines).toMatchObject([{ plugin: 'bad', msg: 'clean-up failed' }]);
  });

  test('that taps before a plugin that is not listed is refused', async () => {
    const eager = plugin('eager', ({ hooks }) => {
      hooks.onRequest.tap({ before: ['b', 'typo'] }, () => {});
      hooks.onResponse.tap({ before: 'tpyo' }, () => {});
    });
    expect(await problemsOf([eager, plugin('b', () => {})])).toEqual([
      { place: 'eager', message: 'taps onRequest before "typo", which is not listed' },
      { place: 'eager', message: 'taps onResponse before "tpyo", which is not listed' },
    ]);
  });

  test('that gives tap an async function is refused', async () => {
    const mistaken = plugin('mistaken', ({ hooks }) => hooks.onRequest.tap((async () => {}) as never));
    const [problem] = await problemsOf([mistaken]);
    expect(problem!.place).toBe('plugins[0] mistaken');
    expect(problem!.message).toContain('use tapPromise');
  });

  test('is the only time to tap', async () => {
    let late: PluginHost | undefined;
    await start([plugin('late', (host) => void (late = host))]);
    expect(() => late!.hooks.onRequest.tap(() => respond(403))).toThrow('after its set-up');
  });
});

describe('services', () => {
  const Clock = new Service<() => number>('Clock');

  test('are found by their token, in hooks whatever the order of the list', async () => {
    const user = plugin('user', (host) => {
      expect(host.use(Clock)).toBeUndefined();
      host.hooks.onRequest.tap(() => respond(200, {}, String(host.use(Clock)?.())));
    });
    const gateway = await start([user, plugin('provider', (host) => host.provide(Clock, () => 42))]);
    expect((await gateway.fetch('/')).body).toBe('42');
  });

  test('have one provider', async () => {
    const provider = (name: string) => plugin(name, (host) => host.provide(Clock, () => 1));
    expect(await problemsOf([provider('a'), provider('b')])).toEqual([
      { place: 'plugins[1] b', message: 'Clock is already provided by the plugin a.' },
    ]);
  });
});

test('entries of the same plugin have retained values of their own', async () => {
  const values: unknown[] = [];
  const twice = definePlugin({
    name: 'twice',
    setup: (host) => void values.push(host.retain('k', () => ({}))),
  });
  await start([twice(), twice()]);
  expect(values).toHaveLength(2);
  expect(values[0]).not.toBe(values[1]);
});

test('a configuration is checked without listening: what runs in which order, and everything undone', async () => {
  const undone = vi.fn();
  const a = plugin('a', (host) => {
    host.hooks.onRequest.tap(() => {});
    host.defer(undone);
  });
  const b = plugin('b', ({ hooks }) => hooks.onRequest.tap({ stage: Stage.Guard }, () => {}));
  const listing = await checkConfiguration({
    listeners: [{ port: 1 }],
    upstreams: {},
    routes: [],
    plugins: [a, b],
  });
  expect(listing.find(({ hook }) => hook === 'onRequest')?.taps).toMatchObject([
    { plugin: 'b', stage: 'Guard' },
    { plugin: 'a', stage: 'Default' },
  ]);
  expect(undone).toHaveBeenCalledOnce();
});

describe('a plugin that fails', () => {
  test.each(['onRequest', 'selectBackend', 'onBackendRequest', 'onResponse'] as const)(
    'in %s closes: 500, with its name in the log and not in the answer',
    async (name) => {
      const failing = () => {
        throw new Error('secret');
      };
      const gateway = await start([
        plugin('bad', ({ hooks }) => (hooks[name] as SyncTap<[], never>).tap(failing)),
      ]);
      const response = await gateway.fetch('/');
      expect(response.json()).toMatchObject({
        status: 500,
        code: 'plugin_failed',
        detail: 'A plugin failed.',
      });
      expect(gateway.logLines).toMatchObject([{ plugin: 'bad', hook: name, err: { message: 'secret' } }]);
      expect((await gateway.waitForExchange()).outcome).toMatchObject({
        endedBy: 'plugin',
        plugin: 'bad',
        hook: name,
      });
    },
  );

  test('in onAccept closes the door', async () => {
    const gateway = await start([
      plugin('bad', ({ hooks }) =>
        hooks.onAccept.tap(() => {
          throw new Error('boom');
        }),
      ),
    ]);
    using client = await gateway.connect();
    expect((await client.readUntilClose()).length).toBe(0);
    expect(gateway.logLines).toMatchObject([{ plugin: 'bad', hook: 'onAccept' }]);
  });
});
