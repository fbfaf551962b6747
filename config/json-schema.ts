import { z } from 'zod';
import { builtInPlugins, loadBuiltIn } from './load-plugin.ts';
import { configurationSchema, entrySettingsSchema } from './schema.ts';

/** A JSON Schema, draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>;

function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-7',
  });
  return rest;
}

async function optionsOf(plugin: string): Promise<JsonSchema> {
  const options: unknown = (await loadBuiltIn(plugin))?.definition.options;
  return options instanceof z.ZodType ? toJsonSchema(options) : { type: 'object' };
}

function namedPlugin(name: JsonSchema, options: JsonSchema): JsonSchema {
  return {
    type: 'array',
    items: [name, { anyOf: [options, { type: 'null' }] }, toJsonSchema(entrySettingsSchema)],
    minItems: 1,
    maxItems: 3,
  };
}

/** What may stand in `plugins`: names of ours with their options, other names with any. */
async function pluginReference(): Promise<JsonSchema> {
  const names = builtInPlugins();
  const ours = names.map(async (name) => namedPlugin({ const: name }, await optionsOf(name)));
  const others = namedPlugin({ type: 'string', not: { enum: names } }, { type: 'object' });
  return { anyOf: [{ enum: names }, { type: 'string' }, ...(await Promise.all(ours)), others] };
}

// Resolved while the file is read, so the structure does not know it.
const importKey: JsonSchema = {
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  description: 'Files to take over; own values win.',
};

/** The schema of JSON and YAML configurations, for editors. */
export async function configurationJsonSchema(): Promise<JsonSchema> {
  const schema = toJsonSchema(configurationSchema) as { properties: Record<string, JsonSchema> };
  const plugins = { ...schema.properties['plugins'], items: await pluginReference() };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Hookway configuration',
    ...schema,
    properties: { ...schema.properties, plugins, $import: importKey },
  };
}
