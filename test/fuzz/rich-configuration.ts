/** The plugins whose options say most, so that there is much to get wrong. */
const plugins: readonly unknown[] = [
  ['forwarded-headers', { trust: ['10.0.0.0/8'] }],
  ['rate-limit', { requests: 100, windowMs: 1000, burst: 20, key: { header: 'X-Key' } }],
  ['headers', { request: { set: { 'x-client': '{client.address}' }, remove: ['x-debug'] } }],
  ['rewrite', { stripPrefix: '/api' }],
  ['redirect', { to: 'https' }],
  ['ip-filter', { deny: ['10.0.0.0/8'] }],
  ['cors', { origins: ['https://example.com'] }],
  ['compress', { minBytes: 1024 }],
  ['sticky-session', { cookie: 'hw', secret: 'a secret of enough letters' }],
  ['health-check', { passive: { consecutiveFailures: 5, ejectionMs: 2000 } }],
  ['circuit-breaker', { openMs: 1000, limits: { maxActive: 10 } }],
  ['retry', { attempts: 3, budget: { share: 0.2 } }],
  ['timeouts', { totalMs: 1000 }],
  ['error-pages', { pages: [{ status: '5xx', html: '<p>{status}</p>' }] }, { routes: ['api'] }],
  ['load-balance', { policy: 'maglev', hash: { by: 'path' } }],
  ['access-log', { format: 'logfmt', fields: ['status'], skip: [{ paths: ['/health'] }] }],
  ['metrics', { mount: '/metrics', allow: ['127.0.0.0/8'] }],
];

/** A configuration that says much, in which nothing is wrong. */
export const richConfiguration: object = {
  listeners: [{ host: '127.0.0.1', port: 0 }],
  upstreams: {
    app: {
      backends: ['http://127.0.0.1:9001', { url: 'http://[::1]:9002', weight: 2, name: 'b' }],
      pipelining: 2,
    },
    other: { backends: ['https://localhost:9003'], host: 'backend', tls: { serverName: 'a.test' } },
  },
  routes: [
    { name: 'api', hosts: ['*.example.com'], path: '/api/*', methods: ['GET'], upstream: 'app' },
    { headers: { 'x-a': 'b' }, query: { q: '1' }, upstream: 'other' },
  ],
  plugins,
  limits: { maxHeadBytes: 8192 },
  drainTimeoutMs: 1000,
  log: { level: 'error' },
};
