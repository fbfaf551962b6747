import { only, type PluginList, type RouteConfig } from 'hookway';
import admin from 'hookway/plugins/admin';
import basicAuth from 'hookway/plugins/basic-auth';
import clientCert from 'hookway/plugins/client-cert';
import compress from 'hookway/plugins/compress';
import cors from 'hookway/plugins/cors';
import decisionTrail from 'hookway/plugins/decision-trail';
import errorLog from 'hookway/plugins/error-log';
import errorPages from 'hookway/plugins/error-pages';
import fallback from 'hookway/plugins/fallback';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import headers from 'hookway/plugins/headers';
import ipFilter from 'hookway/plugins/ip-filter';
import loadBalance from 'hookway/plugins/load-balance';
import metrics from 'hookway/plugins/metrics';
import rateLimit from 'hookway/plugins/rate-limit';
import redirect from 'hookway/plugins/redirect';
import requestId from 'hookway/plugins/request-id';
import retry from 'hookway/plugins/retry';
import rewrite from 'hookway/plugins/rewrite';
import securityHeaders from 'hookway/plugins/security-headers';
import staticResponse from 'hookway/plugins/static-response';
import stickySession from 'hookway/plugins/sticky-session';
import tracing from 'hookway/plugins/tracing';
import via from 'hookway/plugins/via';
import { secret } from './heads.ts';

// of the password "a"
const hash = '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$S7FwBvpu+z8K0PUVUagFRTUAB2dAxIZpzVHvLZir+98';

const names = ['login', 'moved', 'secure', 'changed', 'static'];

/** Routes for plugins that would answer everything. */
export const routes: readonly RouteConfig[] = [
  ...names.map((name) => ({ name, path: `/${name}/*`, upstream: 'app' })),
  { name: 'rest', upstream: 'app' },
];

const scoped = (): PluginList => [
  only({ routes: ['moved'] }, redirect({ to: '/new{path}?{query}' })),
  only({ routes: ['secure'] }, redirect({ to: 'https' })),
  only({ routes: ['changed'] }, rewrite({ regex: { pattern: '^/changed/(.*)$', replacement: '/$1' } })),
  only({ routes: ['static'] }, staticResponse({ status: 200, body: 'static' })),
];

const templates = {
  'x-client': '{client.address}',
  'x-asked': '{method} {scheme}://{host}{target}',
  'x-seen': '{request.header.user-agent} {request.header.x-key} {request-id}',
};

const reported = {
  response: {
    set: { 'x-answered': '{status} {response.header.etag} {request.header.referer}', ...templates },
    rename: { server: 'x-server' },
  },
};

/** Plugins that believe what a proxy in front says. */
export const trusting = (): PluginList => [
  forwardedHeaders({ trust: ['loopback'], fields: ['x-forwarded', 'x-real-ip'] }),
  clientCert(),
  via(),
  requestId({ trustInbound: true }),
  tracing({ responseHeader: 'x-trace' }),
  decisionTrail({ secret, reply: 'record', log: false }),
  metrics({ mount: '/metrics' }),
  ipFilter({ deny: ['203.0.113.0/24'] }),
  rateLimit({ requests: 1_000_000, windowMs: 1_000, key: { header: 'X-Key' } }),
  cors({ origins: ['https://example.com'] }),
  admin({ port: false, mount: '/admin', token: secret }),
  headers({ request: { set: templates }, ...reported }),
  rewrite({ addPrefix: '/p' }),
  securityHeaders(),
  compress({ minBytes: 1 }),
  stickySession({ cookie: 'hw', secret }),
  loadBalance({ policy: 'maglev', hash: { by: { header: 'X-Key' } } }),
  retry({ idempotencyKey: true }),
  errorLog(),
  errorPages({ pages: [{ status: '4xx', html: '<p>{status} {reason}</p>', json: { status: '{status}' } }] }),
  only({ routes: ['login'] }, basicAuth({ users: { ada: hash } })),
  scoped(),
];

/** The same with everything else that they can be told, and nobody believed. */
export const mistrusting = (): PluginList => [
  forwardedHeaders({ fields: ['x-forwarded', 'x-real-ip', 'forwarded'] }),
  clientCert({ chain: true }),
  via(),
  requestId(),
  tracing({ incoming: 'ignore', startTraces: 'sampled' }),
  decisionTrail({ secret, share: 0.1, reply: 'id', log: true }),
  metrics({ mount: '/metrics', token: secret }),
  ipFilter({ allow: ['loopback'], at: 'both' }),
  rateLimit({
    limits: [
      { name: 'a', requests: 1_000_000, windowMs: 1_000, key: { cookie: 'k' }, algorithm: 'sliding-window' },
      { name: 'b', requests: 1_000_000, windowMs: 1_000, key: ['route', { header: 'X-Key' }] },
    ],
  }),
  cors({ origins: ['https://*.example.org', 'null', 'https://example.com'] }),
  admin({ port: false, mount: { path: '/admin', allow: ['loopback'] } }),
  headers({
    request: { add: templates, rename: { referer: 'x-referer' } },
    ...reported,
  }),
  securityHeaders(),
  compress({ minBytes: 1 }),
  stickySession({ header: 'X-Session', secret }),
  loadBalance({ policy: 'ring-hash', hash: { by: { cookie: 'k' } } }),
  retry({ idempotencyKey: 'X-Key' }),
  fallback({ response: { status: 503, body: 'later' } }),
  errorLog({ faults: ['client', 'backend', 'gateway', 'plugin'] }),
  only({ routes: ['login'] }, basicAuth({ users: { ada: hash }, passAuthorization: true })),
  scoped(),
];

/** Behind TLS, with another way to name the client. */
export const certified = (): PluginList => [
  forwardedHeaders({ trust: ['loopback'], source: 'forwarded', fields: ['forwarded', 'x-real-ip'] }),
  clientCert({ chain: true }),
  requestId({ header: 'X-Key', trustInbound: true }),
  metrics({ mount: '/metrics', allow: ['loopback'], token: secret }),
  tracing({ incoming: 'link' }),
  decisionTrail({ secret, share: 1, redact: ['x-key'], query: false }),
  stickySession({ cookie: '__Host-hw', secure: true, secret }),
  cors({ origins: ['https://example.com'], credentials: true, allowedHeaders: ['x-a'] }),
  headers({ request: { set: templates }, ...reported }),
  scoped(),
];
