import { z } from 'zod';
import { logLevels } from '../../core/index.ts';

/** RFC 9457, with what is wrong in detail where it is more than one thing. */
export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('One sentence.'),
  code: z.string().describe('Stable identifier.'),
  problems: z
    .array(z.strictObject({ place: z.string(), message: z.string() }))
    .optional()
    .describe('Everything that is wrong, as `hookway check` says it.'),
});

export const index = z.strictObject({
  version: z.string(),
  operations: z.array(z.strictObject({ method: z.string(), path: z.string(), about: z.string() })),
});

export const health = z.strictObject({ status: z.literal('ok') });

export const readiness = z.strictObject({
  status: z.enum(['ready', 'unready']),
  reasons: z.array(z.string()).describe('Why it is not; empty for who has not shown the token.'),
});

const time = z.iso.datetime();

export const version = z.strictObject({
  version: z.string(),
  node: z.string(),
  pid: z.int(),
  startedAt: time,
  uptimeSeconds: z.int(),
  generation: z.int().describe('Counts the configurations that were in service, from 1.'),
  retiredGenerations: z.int().describe('Configurations that were replaced and in which exchanges still run.'),
  lastReload: z
    .strictObject({
      at: time,
      generation: z.int(),
      isAccepted: z.boolean(),
      error: z.string().nullable(),
    })
    .nullable(),
  addresses: z.array(z.strictObject({ host: z.string(), port: z.int() })),
  openConnections: z.int(),
  activeExchanges: z.int(),
});

const open = z.record(z.string(), z.unknown());

export const configuration = z.strictObject({
  listeners: z.array(open),
  upstreams: z.record(z.string(), open),
  routes: z.array(open),
  plugins: z.array(
    z.strictObject({ name: z.string(), options: z.unknown(), routes: z.array(z.string()).optional() }),
  ),
  limits: z.record(z.string(), z.number()),
  drainTimeoutMs: z.number(),
  log: open,
});

export const routes = z.strictObject({
  routes: z.array(z.looseObject({ upstream: z.string() })),
});

export const backend = z.strictObject({
  name: z.string(),
  url: z.string(),
  weight: z.int(),
  isDraining: z.boolean(),
  health: z.enum(['healthy', 'ejected', 'down', 'unknown']).describe('unknown: health-check is not listed.'),
  circuit: z.enum(['closed', 'open', 'half-open', 'none']).describe('none: circuit-breaker is not listed.'),
  activeAttempts: z.int(),
  connections: z.strictObject({ open: z.int(), idle: z.int(), connecting: z.int() }),
  queued: z.int().describe('Requests that wait for a connection.'),
});

export type BackendState = z.output<typeof backend>;

export const upstream = z.strictObject({
  name: z.string(),
  usableBackends: z.int().describe('Neither draining, nor unhealthy, nor behind an open circuit.'),
  backends: z.array(backend),
});

export type UpstreamState = z.output<typeof upstream>;

export const upstreams = z.strictObject({ upstreams: z.array(upstream) });

export const backendChange = z
  .strictObject({
    action: z.enum(['drain', 'enable']).optional(),
    weight: z.int().min(1).max(1_000_000).nullable().optional().describe("null: the configuration's."),
  })
  .refine(({ action, weight }) => action !== undefined || weight !== undefined, 'needs "action" or "weight"');

export const reload = z.strictObject({ generation: z.int() });

export const logLevel = z.strictObject({ level: z.enum(logLevels) });

export const trail = z.looseObject({ exchange: z.string(), time: z.string() });

export const trails = z.strictObject({ trails: z.array(trail) });

const cause = z.looseObject({ message: z.string(), code: z.string().optional() });

const incident = z.looseObject({
  number: z.int().describe('Counts up from 1.'),
  code: z.string(),
  causes: z.array(cause).describe('Of the first failure, outermost first.'),
  exchange: z.string().describe('That failed first.'),
  openedAt: time,
  lastAt: time,
  failures: z.int(),
  madeGood: z.int().describe('Of these, how many were made good by another attempt.'),
  closedAt: time.optional().describe('Missing while it goes on.'),
});

export const errors = z.strictObject({ errors: z.array(incident) });

export const openApi = z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) });
