// Checked by the compiler only: a configuration refers to what is there, and says nothing that nobody reads.
import { createGateway, definePlugin, type Gateway } from 'hookway';
import { defineConfig, loadConfig } from 'hookway/config';
import { z } from 'zod';
import { type Equal, expectType } from './equal.ts';

const greeting = definePlugin({
  name: 'greeting',
  options: z.strictObject({ text: z.string() }),
  setup() {},
});

const listeners = [{ port: 8080 }];
const backends = ['http://127.0.0.1:9001'];

defineConfig({
  listeners,
  upstreams: { app: { backends }, api: { backends: [{ url: 'http://127.0.0.1:9002', weight: 2 }] } },
  routes: [{ path: '/api/*', upstream: 'api' }, { upstream: 'app' }],
  plugins: [greeting({ text: 'hello' }), 'access-log', ['greet', { text: 'hi' }, { routes: ['api'] }], false],
  limits: { maxHeadBytes: 16_384 },
  log: { level: 'debug' },
  drainTimeoutMs: 5_000,
});

defineConfig(() => ({ listeners, upstreams: { app: { backends } }, routes: [{ upstream: 'app' }] }));
defineConfig(async () => ({ listeners, upstreams: { app: { backends } }, routes: [{ upstream: 'app' }] }));

defineConfig({
  listeners,
  upstreams: { app: { backends } },
  // @ts-expect-error there is no upstream `ap`
  routes: [{ upstream: 'ap' }],
});

// without routes all goes to the only upstream
defineConfig({ listeners, upstreams: { app: { backends } } });

// @ts-expect-error upstreams are missing
defineConfig({ listeners });

defineConfig({
  listeners,
  upstreams: { app: { backends } },
  routes: [{ upstream: 'app' }],
  // @ts-expect-error the key is `limits`
  limit: {},
});

defineConfig({
  // @ts-expect-error a port is a number
  listeners: [{ port: '8080' }],
  upstreams: { app: { backends } },
  routes: [{ upstream: 'app' }],
});

defineConfig({
  listeners,
  // @ts-expect-error the key is `maxConnections`
  upstreams: { app: { backends, maxConnection: 5 } },
  routes: [{ upstream: 'app' }],
});

defineConfig({
  listeners,
  upstreams: { app: { backends } },
  routes: [{ upstream: 'app' }],
  // @ts-expect-error a plugin must be called
  plugins: [greeting],
});

defineConfig({
  listeners,
  upstreams: { app: { backends } },
  routes: [{ upstream: 'app' }],
  // @ts-expect-error there is no such level
  log: { level: 'loud' },
});

export async function embed(): Promise<void> {
  const { config } = await loadConfig({ file: 'proxy.config.ts' });
  const gateway = await createGateway(config).listen();
  expectType<Equal<typeof gateway, Gateway>>();
  expectType<Equal<(typeof gateway.addresses)[number], { readonly host: string; readonly port: number }>>();
  await gateway.close({ now: true });
}
