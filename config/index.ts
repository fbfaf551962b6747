// The public entry "hookway/config": from a file to a configuration that can be given to `createGateway`.
export {
  type Configuration,
  type ConfigurationSource,
  type ConfiguredPlugins,
  defineConfig,
  type NamedPlugin,
} from './configuration.ts';
export { findConfig } from './find.ts';
export { configurationJsonSchema, type JsonSchema } from './json-schema.ts';
export { ConfigLoader, loadConfig, type LoadedConfig, type LoadOptions } from './load.ts';
export { type FileStates, FileWatch, statesOf } from '../core/index.ts';
