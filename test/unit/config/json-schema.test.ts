import { expect, test } from 'vitest';
import { configurationJsonSchema } from '../../../config/index.ts';
import { bounds, upstreamBounds } from '../../../core/index.ts';

interface Schema {
  readonly [key: string]: unknown;
  readonly properties: Record<string, Schema>;
  readonly items: Schema;
  readonly additionalProperties: Schema;
}

const schema = (await configurationJsonSchema()) as Schema;

test('unknown keys are refused at every level', () => {
  const { listeners, upstreams, routes, limits, log } = schema.properties;
  for (const level of [
    schema,
    listeners!.items,
    upstreams!.additionalProperties,
    routes!.items,
    limits,
    log,
  ]) {
    expect(level!.additionalProperties).toBe(false);
  }
});

test('every bound comes with its description and default', () => {
  for (const [name, { about, default: standard }] of Object.entries(bounds)) {
    expect(schema.properties['limits']!.properties[name]).toMatchObject({
      description: about,
      default: standard,
    });
  }
  const upstream = schema.properties['upstreams']!.additionalProperties;
  for (const [name, { about, default: standard }] of Object.entries(upstreamBounds)) {
    expect(upstream.properties[name]).toMatchObject({ description: about, default: standard });
  }
});

test('a plugin is a name, or a list of its name, options, and routes or a name of the entry', () => {
  const { anyOf } = schema.properties['plugins']!.items as { anyOf?: Schema[] };
  expect(anyOf).toContainEqual({ type: 'string' });
  const list = anyOf!.at(-1)!;
  expect(list).toMatchObject({ type: 'array', minItems: 1, maxItems: 3 });
  expect(list.items).toMatchObject({
    2: { properties: { routes: { type: 'array' }, name: { type: 'string' } }, additionalProperties: false },
  });
});
