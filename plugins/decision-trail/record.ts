import type { Exchange, RouteVerdict, TrailStep } from '../../core/index.ts';
import { clientAddressOf } from '../forwarded-headers/index.ts';
import type { Reason } from './reason.ts';
import type { Redaction } from './redaction.ts';

const maxRoutes = 10;
const maxSteps = 200;

/** What became of one exchange, fit to be written down: short, and without credentials. */
export interface TrailRecord {
  /** As in access logs and error answers. */
  readonly exchange: string;
  /** When it was written, ISO 8601. */
  readonly time: string;
  /** Why it was written: the request knew the secret, or chance chose it. */
  readonly reason: Reason;
  readonly client: string;
  readonly method: string;
  readonly host: string;
  readonly target: string;
  readonly route: string | undefined;
  readonly upstream: string | undefined;
  readonly backends: readonly string[];
  readonly status: number | undefined;
  /** Who ended it before its natural end; see Outcome. */
  readonly endedBy: string | undefined;
  readonly code: string | undefined;
  readonly tookMs: number;
  /** The nearest routes, the one that was taken first. */
  readonly routes: readonly RouteVerdict[];
  readonly steps: readonly TrailStep[];
  readonly omittedSteps: number;
}

const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/** Writes down what an exchange met with so far; `now` in milliseconds since 1970, `nowMs` of the monotonic clock. */
export function recordOf(
  exchange: Exchange,
  reason: Reason,
  redaction: Redaction,
  now: number,
  nowMs: number,
): TrailRecord {
  const { inbound, attempts, outcome, route, upstream, response, timings } = exchange;
  const { steps, routes, omittedSteps } = exchange.trail!;
  return {
    exchange: exchange.id,
    time: new Date(now).toISOString(),
    reason,
    client: clientAddressOf(exchange),
    method: inbound.method,
    host: inbound.authority,
    target: redaction.target(inbound.target),
    route: route?.name,
    upstream: upstream?.name,
    backends: attempts.map(({ backend }) => backend.name),
    status: response?.status,
    endedBy: outcome?.endedBy,
    code: outcome?.code,
    tookMs: rounded(nowMs - timings.startedAtMs),
    routes: routes.slice(0, maxRoutes).map((verdict) => redaction.verdict(verdict)),
    steps: steps.slice(0, maxSteps).map((step) => stepOf(step, redaction)),
    omittedSteps: omittedSteps + Math.max(0, steps.length - maxSteps),
  };
}

function stepOf(step: TrailStep, redaction: Redaction): TrailStep {
  const { tookMs, effects } = step;
  return {
    ...step,
    tookMs: tookMs === undefined ? undefined : rounded(tookMs),
    effects: effects.map((effect) => redaction.effect(effect)),
  };
}
