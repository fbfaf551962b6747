import { expect, test } from 'vitest';
import { defineConfig } from '../../../config/index.ts';
import { definePlugin, only } from '../../../core/index.ts';
import { z } from 'zod';

const listeners = [{ port: 0 }];
const upstreams = { app: { backends: ['http://127.0.0.1:9001'] } };
const rateLimit = definePlugin({
  name: 'rate-limit',
  options: z.strictObject({ limit: z.int(), windowMs: z.int().default(60_000) }),
  setup() {},
});

test('returns what it is given', () => {
  const configuration = { listeners, upstreams, routes: [] };
  expect(defineConfig(configuration)).toBe(configuration);
  const make = (): typeof configuration => configuration;
  expect(defineConfig(make)).toBe(make);
});

test('accepts plugins by import, by name and conditionally', () => {
  defineConfig({
    listeners,
    upstreams,
    routes: [{ name: 'all', upstream: 'app' }],
    plugins: [
      rateLimit({ limit: 1 }),
      only({ routes: ['all'] }, rateLimit({ limit: 2 })),
      'access-log',
      ['load-balance', { policy: 'random' }],
      ['rate-limit', { limit: 3 }, { routes: ['all'] }],
      process.env['DEBUG'] !== undefined && 'access-log',
      undefined,
    ],
  });
});

test('the compiler refuses a route to an upstream that is not there', () => {
  defineConfig({
    listeners,
    upstreams,
    // @ts-expect-error: there is no upstream "ap"
    routes: [{ upstream: 'ap' }],
  });
  // @ts-expect-error: there is no upstream "ap"
  defineConfig(() => ({ listeners, upstreams, routes: [{ upstream: 'ap' }] }));
  // @ts-expect-error: there is no upstream "ap"
  defineConfig(async () => ({ listeners, upstreams, routes: [{ upstream: 'ap' }] }));
  defineConfig(async () => ({ listeners, upstreams, routes: [{ upstream: 'app' }] }));
});

test('the compiler refuses unknown keys', () => {
  defineConfig({
    listeners,
    upstreams,
    routes: [{ upstream: 'app' }],
    // @ts-expect-error: the key is drainTimeoutMs
    drainTimeout: 1,
  });
  defineConfig({
    listeners,
    // @ts-expect-error: the key is maxQueued
    upstreams: { app: { backends: [], maxQueue: 1 } },
    routes: [],
  });
});

test('the compiler refuses unknown and missing options of plugins', () => {
  // @ts-expect-error: limit is missing
  rateLimit({});
  // @ts-expect-error: all options are missing
  rateLimit();
  // @ts-expect-error: the option is windowMs
  rateLimit({ limit: 1, window: 2 });
  // @ts-expect-error: a factory must be called
  defineConfig({ listeners, upstreams, routes: [], plugins: [rateLimit] });
});
