import { join } from 'node:path';
import type { Variant } from './peer.ts';

type PluginEntry = string | [name: string, options: object];

const balance: PluginEntry = ['load-balance', { policy: 'round-robin' }];
// so high that nothing is refused: what is measured is the decision
const rateLimit: PluginEntry = ['rate-limit', { requests: 100_000_000, windowMs: 1_000 }];
const headers: PluginEntry = [
  'headers',
  {
    request: { set: { 'x-client': '{client.address}' }, remove: ['x-debug'] },
    response: { set: { 'x-served-by': '{backend}' } },
  },
];
const healthCheck: PluginEntry = ['health-check', { passive: { consecutiveFailures: 5, ejectionMs: 2_000 } }];

function accessLog(directory: string): PluginEntry {
  return ['access-log', { file: join(directory, 'access.log') }];
}

/** Every plugin that can run alone, with options under which it works on each exchange and answers none. */
export const measuredPlugins: Readonly<Record<string, (directory: string) => PluginEntry>> = {
  'forwarded-headers': () => 'forwarded-headers',
  via: () => 'via',
  'request-id': () => 'request-id',
  tracing: () => 'tracing',
  metrics: () => ['metrics', { mount: '/metrics' }],
  'load-balance': () => balance,
  'sticky-session': () => ['sticky-session', { cookie: 'hw_backend', secret: 'a secret of the benchmark' }],
  'health-check': () => healthCheck,
  retry: () => ['retry', { attempts: 3 }],
  'circuit-breaker': () => 'circuit-breaker',
  timeouts: () => ['timeouts', { totalMs: 60_000 }],
  'rate-limit': () => rateLimit,
  'ip-filter': () => ['ip-filter', { deny: ['10.0.0.0/8'] }],
  'body-limit': () => ['body-limit', { maxBytes: 1_048_576 }],
  'concurrency-limit': () => ['concurrency-limit', { maxConcurrent: 10_000 }],
  headers: () => headers,
  rewrite: () => ['rewrite', { addPrefix: '/' }],
  'security-headers': () => 'security-headers',
  cors: () => ['cors', { origins: ['https://example.com'] }],
  compress: () => ['compress', { minBytes: 1_024 }],
  'access-log': (directory) => accessLog(directory),
  'error-log': () => 'error-log',
};

/** The plugins of a variant. */
export function pluginsOf(variant: Variant, directory: string): PluginEntry[] {
  if (variant === 'bare') return [];
  if (variant === 'seven') {
    return [
      'forwarded-headers',
      'request-id',
      balance,
      healthCheck,
      rateLimit,
      headers,
      accessLog(directory),
    ];
  }
  if (variant === 'failover') {
    const active = { path: '/small', intervalMs: 200, timeoutMs: 1_000, rise: 1, fall: 1 };
    return [['health-check', { active }], 'retry', balance];
  }
  const alone = variant.startsWith('plugin:') ? measuredPlugins[variant.slice('plugin:'.length)] : undefined;
  return alone === undefined ? ['forwarded-headers', balance] : [alone(directory)];
}
