import { z } from 'zod';
import { bounds, logLevels, upstreamBounds } from '../core/index.ts';

type BoundsShape<Table> = { [Name in keyof Table]: z.ZodOptional<z.ZodInt> };

function boundsShape<Table extends typeof bounds | typeof upstreamBounds>(table: Table): BoundsShape<Table> {
  const shape = Object.entries(table).map(([name, { about, default: standard }]) => [
    name,
    z.int().positive().optional().meta({ description: about, default: standard }),
  ]);
  return Object.fromEntries(shape) as BoundsShape<Table>;
}

const files = z.union([z.string(), z.array(z.string())]);

const listenerTls = z.strictObject({
  clientCertificate: z.enum(['off', 'request', 'require']).optional().meta({
    description:
      'Certificates of clients: `off` asks for none, `request` lets in who has none, `require` does not.',
    default: 'off',
  }),
  clientCa: files.optional().describe('PEM files with the authorities of clients.'),
  minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).optional().meta({
    description: 'Oldest version that is spoken.',
    default: 'TLSv1.2',
  }),
  ciphers: z
    .string()
    .optional()
    .describe('Cipher suites in the notation of OpenSSL; default: with forward secrecy and AEAD only.'),
});

const listener = z.strictObject({
  host: z.string().optional().describe('Address to bind; default: all, IPv6 and IPv4.'),
  port: z.int().min(0).max(65_535).describe('0 takes a free one, which the log then tells.'),
  backlog: z
    .int()
    .positive()
    .optional()
    .meta({ description: 'Connections that wait to be accepted.', default: 1_024 }),
  tls: z
    .union([z.boolean(), listenerTls])
    .optional()
    .meta({ description: 'Speaks TLS, with the certificates that plugins provide.', default: false }),
});

const backend = z.strictObject({
  url: z.string().describe('http://host:port or https://host:port, without path.'),
  weight: z
    .int()
    .positive()
    .optional()
    .meta({ description: 'Share of requests compared to the other backends.', default: 1 }),
  name: z.string().optional().describe('Name in logs and metrics; default: host and port.'),
});

/** One element of `backends`. */
export const backendSchema = z.union([z.string(), backend]);

const upstreamTls = z.strictObject({
  ca: files.optional().describe('PEM files with the authorities to trust; default: those of Node.js.'),
  serverName: z
    .string()
    .optional()
    .describe("Name to ask for and to verify; default: the host of each backend's URL."),
  cert: z.string().optional().describe('PEM file with the certificate to show when a backend asks for one.'),
  key: z.string().optional().describe('PEM file with the key of `cert`.'),
  passphrase: z.string().optional().describe('Opens an encrypted `key`.'),
  verify: z
    .boolean()
    .optional()
    .meta({ description: '`false` takes anybody for the backend.', default: true }),
});

/** One entry of `upstreams`. */
export const upstreamSchema = z.strictObject({
  backends: z.array(backendSchema).describe('Servers, by URL (http://host:port or https://host:port).'),
  host: z.string().optional().meta({
    description:
      "Host to send: `client` passes on the client's, `backend` the backend's own, else this text.",
    default: 'client',
  }),
  tls: upstreamTls.optional().describe('For `https` backends, which are verified in any case.'),
  ...boundsShape(upstreamBounds),
});

const textMatches = z.record(z.string(), z.union([z.string(), z.instanceof(RegExp)]));

/** One element of `routes`. */
export const routeSchema = z.strictObject({
  name: z.string().optional().describe('For logs, metrics and the scope of plugins.'),
  hosts: z
    .array(z.string())
    .optional()
    .describe('`api.example.com`, or `*.example.com` for every name below; default: any host.'),
  path: z
    .string()
    .optional()
    .describe('`/a` exactly, `/a/*` for `/a` and everything below, by whole segments; default: any path.'),
  methods: z.array(z.string()).optional().describe('Request methods; default: any.'),
  headers: textMatches.optional().describe('Header fields and their values; all must match.'),
  query: textMatches.optional().describe('Query parameters and their values; all must match.'),
  upstream: z.string().describe('Name of the upstream that answers.'),
});

const log = z.strictObject({
  level: z.enum(logLevels).optional().meta({ description: 'Least level that is written.', default: 'info' }),
  file: z.string().optional().describe('File to append to; default: standard output.'),
});

/** The structure of a configuration file; what stands in `plugins` is looked at when they are loaded. */
export const configurationSchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the schema of this file.'),
  listeners: z.array(listener).min(1).describe('Where the gateway listens.'),
  upstreams: z.record(z.string(), upstreamSchema).describe('Named sets of backends.'),
  routes: z
    .array(routeSchema)
    .optional()
    .describe('Which requests go where; default: all to the upstream, where there is only one.'),
  plugins: z.array(z.unknown()).optional().describe('In the order in which they run.'),
  limits: z.strictObject(boundsShape(bounds)).optional().describe('Bounds of the downstream side.'),
  drainTimeoutMs: z.int().positive().optional().meta({
    description: 'How long a stop waits for what runs, in milliseconds.',
    default: 30_000,
  }),
  log: log.optional().describe("The gateway's own log."),
});

/** The third element of a plugin listed by its name. */
export const entrySettingsSchema = z.strictObject({
  routes: z.array(z.string()).optional().describe('Names of the routes to limit it to; default: all.'),
  name: z.string().optional().describe('Tells entries of the same plugin apart over reloads.'),
});
