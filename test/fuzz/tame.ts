import { join } from 'node:path';

type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isLoopback = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::|\/|$)/;

/** Files that are written to stay in the folder, whatever they are called. */
function tameFiles(value: unknown, folder: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (/^(?:file|stateDirectory)$/.test(key) && typeof member === 'string')
      (value as Members)[key] = join(folder, `f${member.replaceAll(/[/\\.]/g, '_')}`);
    else tameFiles(member, folder);
  }
}

function tameBackends(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'string' && /^https?:/.test(member) && !isLoopback.test(member))
      (value as Members)[key] = member.replace(/^(https?:\/\/)[^:/?#]*/, '$1127.0.0.1');
    else tameBackends(member);
  }
}

/** The listener of the plugin `admin` takes a free port. */
function tameAdmin(plugins: unknown): void {
  for (const plugin of Array.isArray(plugins) ? (plugins as unknown[]) : []) {
    if (!Array.isArray(plugin)) continue;
    if (plugin[0] !== 'admin') tameAdmin(plugin);
    else if (plugin[1] === undefined || plugin[1] === null) plugin[1] = { port: 0 };
    else if (isObject(plugin[1]) && plugin[1]['port'] !== false)
      Object.assign(plugin[1], { port: 0, host: '127.0.0.1' });
  }
}

/** The same configuration, which reaches nothing but this folder and this machine when it is started. */
export function tame(content: Members, folder: string): Members {
  const copy = structuredClone(content);
  tameFiles(copy, folder);
  tameBackends(copy['upstreams']);
  tameAdmin(copy['plugins']);
  const listeners = copy['listeners'] as Members[];
  return {
    ...copy,
    listeners: listeners.map((listener) => ({ ...listener, host: '127.0.0.1', port: 0 })),
    log: { ...(copy['log'] as Members | undefined), file: join(folder, 'gateway.log') },
  };
}
