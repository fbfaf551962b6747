import { loadConfig } from '../config/index.ts';
import { checkConfiguration } from '../core/index.ts';
import type { ConfigOptions } from './options.ts';
import { colors, print } from './print.ts';

const count = (things: readonly unknown[], name: string): string =>
  `${things.length} ${name}${things.length === 1 ? '' : 's'}`;

/** `hookway check`: reports what is wrong with a configuration, without serving it. */
export async function check(options: ConfigOptions): Promise<number> {
  const { config, file } = await loadConfig({ file: options.config });
  await checkConfiguration(config);
  const parts = [
    count(config.listeners, 'listener'),
    count(Object.keys(config.upstreams), 'upstream'),
    count(config.routes, 'route'),
    count(config.plugins ?? [], 'plugin'),
  ];
  await print(`${file}: ${colors.green('ok')}, ${parts.join(', ')}`);
  return 0;
}
