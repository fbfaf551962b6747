import { GatewayError } from '../errors.ts';

/** The failure of a plugin's hook, with both names; a GatewayError keeps its code. */
export function attributed(cause: unknown, plugin: string, hook: string): GatewayError {
  if (cause instanceof GatewayError) {
    if (cause.plugin !== undefined) return cause;
    return new GatewayError(cause.code, cause.message, { plugin, hook, cause });
  }
  return new GatewayError('plugin_failed', `The plugin ${plugin} failed in ${hook}.`, {
    plugin,
    hook,
    cause,
  });
}
