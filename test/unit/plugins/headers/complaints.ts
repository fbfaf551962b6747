import { checkConfiguration, ConfigurationError, type PluginEntry } from '../../../../core/index.ts';

/** What is said of a configuration with this plugin, without its place in the list; empty when it is accepted. */
export async function complaintsOf(plugin: PluginEntry): Promise<string[]> {
  try {
    await checkConfiguration({
      listeners: [{ port: 0 }],
      upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
      routes: [{ upstream: 'app' }],
      plugins: [plugin],
    });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const start = `plugins[0] ${plugin.definition.name}`;
    return error.message.split('\n').map((line) => line.replace(start, '').replace(/^( › |: )/, ''));
  }
}
