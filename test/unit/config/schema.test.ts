import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { Configuration } from '../../../config/configuration.ts';
import { configurationSchema } from '../../../config/schema.ts';
import { bounds, type GatewayConfig, upstreamBounds } from '../../../core/index.ts';
import { sound } from './project.ts';

const isAccepted = (configuration: unknown): boolean => configurationSchema.safeParse(configuration).success;

const withUpstream = (limits: object): unknown => ({
  ...sound,
  upstreams: { app: { ...sound.upstreams.app, ...limits } },
});

type Parsed = z.output<typeof configurationSchema>;
type Element<List> = List extends readonly (infer Item)[] ? Item : never;
type Keys<T> = keyof NonNullable<T>;

test('the schema knows exactly the keys of the types', () => {
  expectTypeOf<keyof Parsed>().toEqualTypeOf<keyof GatewayConfig | '$schema'>();
  expectTypeOf<keyof Configuration>().toEqualTypeOf<keyof Parsed>();
  expectTypeOf<Keys<Element<Parsed['listeners']>>>().toEqualTypeOf<
    Keys<Element<GatewayConfig['listeners']>>
  >();
  expectTypeOf<Keys<Parsed['upstreams'][string]>>().toEqualTypeOf<Keys<GatewayConfig['upstreams'][string]>>();
  expectTypeOf<Keys<Element<Parsed['routes']>>>().toEqualTypeOf<Keys<Element<GatewayConfig['routes']>>>();
  expectTypeOf<Keys<Parsed['limits']>>().toEqualTypeOf<Keys<GatewayConfig['limits']>>();
  expectTypeOf<Keys<Parsed['log']>>().toEqualTypeOf<Keys<GatewayConfig['log']>>();
});

test('a configuration without options is accepted', () => {
  expect(isAccepted(sound)).toBe(true);
});

test.each(Object.keys(bounds))('limits › %s is a positive whole number', (name) => {
  expect(isAccepted({ ...sound, limits: { [name]: 1 } })).toBe(true);
  for (const wrong of [0, -1, 1.5, Infinity, '1']) {
    expect(isAccepted({ ...sound, limits: { [name]: wrong } })).toBe(false);
  }
});

test.each(Object.keys(upstreamBounds))('upstreams › app › %s is a positive whole number', (name) => {
  expect(isAccepted(withUpstream({ [name]: 1 }))).toBe(true);
  for (const wrong of [0, -1, 1.5, Infinity, '1'])
    expect(isAccepted(withUpstream({ [name]: wrong }))).toBe(false);
});

test.each([
  ['headers', { 'x-env': 'test' }],
  ['headers', { 'x-env': /^test/ }],
  ['query', { beta: '1' }],
])('a route may match %s by %j', (key, condition) => {
  expect(isAccepted({ ...sound, routes: [{ upstream: 'app', [key]: condition }] })).toBe(true);
});

test.each([
  ['listeners', []],
  ['listeners', [{ port: 65_536 }]],
  ['listeners', [{ port: '8080' }]],
  ['routes', {}],
  ['drainTimeoutMs', 0],
  ['log', { level: 'loud' }],
  ['server', {}],
])('%s as %j is refused', (key, value) => {
  expect(isAccepted({ ...sound, [key]: value })).toBe(false);
});
