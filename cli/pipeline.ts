import { loadConfig } from '../config/index.ts';
import { checkConfiguration, type PipelineListing } from '../core/index.ts';
import type { ConfigOptions } from './options.ts';
import { colors, print } from './print.ts';

type Hook = PipelineListing[number];

function tapLine({ plugin, stage, routes }: Hook['taps'][number], index: number, width: number): string {
  const scope = routes === undefined ? '' : `, only ${routes.join(', ')}`;
  return `  ${index + 1}. ${plugin.padEnd(width)}  ${colors.dim(stage + scope)}`;
}

/** Writes a listing for people: each hook with its plugins in the order in which they run. */
export function formatPipeline(listing: PipelineListing): string {
  const width = Math.max(0, ...listing.flatMap(({ taps }) => taps.map(({ plugin }) => plugin.length)));
  const hooks = listing.map(({ hook, taps }) => {
    const lines = taps.map((tap, index) => tapLine(tap, index, width));
    return [colors.bold(hook), ...(lines.length === 0 ? [colors.dim('  no plugin')] : lines)].join('\n');
  });
  return hooks.join('\n\n');
}

/** `hookway pipeline`: prints for each hook which plugins run, in order. */
export async function pipeline(options: ConfigOptions): Promise<number> {
  const { config } = await loadConfig({ file: options.config });
  await print(formatPipeline(await checkConfiguration(config)));
  return 0;
}
