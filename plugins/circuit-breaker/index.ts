import {
  type Backend,
  definePlugin,
  type Exchange,
  type Instrument,
  type LocalResponse,
  type Logger,
  type PluginHost,
  respond,
  Slot,
  Stage,
  type Upstream,
} from '../../core/index.ts';
import { Breaker, type BreakerRules, type CircuitState, noProbe } from './breaker.ts';
import { WatchedCircuits } from './directory.ts';
import { type Options, options } from './options.ts';
import { Circuits } from './tokens.ts';
import { type Refused, UpstreamCircuits } from './upstream-circuits.ts';

export { Circuits };
export type { CircuitDirectory, CircuitState } from './tokens.ts';

/** A probe that is on its way. */
const Probe = new Slot<{ readonly breaker: Breaker; readonly probe: number } | undefined>('circuit-probe');

type Watched = ReadonlyMap<Upstream | undefined, UpstreamCircuits>;

function refusal(refused: Refused): LocalResponse {
  if (!refused.isOpen) {
    const detail = 'As many requests as may are on their way to the backends.';
    return respond(503, { 'Retry-After': '1' }, undefined, { code: 'upstream_overloaded', detail });
  }
  const seconds = String(Math.max(1, Math.ceil(refused.waitMs / 1000)));
  const detail = 'The backends fail, and are given time to recover.';
  return respond(503, { 'Retry-After': seconds }, undefined, { code: 'circuit_open', detail });
}

function directoryOf(gateway: PluginHost): WatchedCircuits {
  const existing = gateway.use(Circuits);
  if (existing instanceof WatchedCircuits) return existing;
  const directory = new WatchedCircuits();
  gateway.provide(Circuits, directory);
  return directory;
}

/** It outlives the configuration that made it, and must not keep more of it than it needs. */
function createBreaker(
  rules: BreakerRules,
  log: Logger,
  names: { readonly upstream: string; readonly backend: string | undefined },
  transitions: Instrument,
): Breaker {
  return new Breaker(rules, performance.now.bind(performance), (state, reason) => {
    transitions.of(names.upstream, names.backend ?? '', state).value++;
    log[state === 'open' ? 'warn' : 'info']({ ...names, reason }, `circuit is ${state}`);
  });
}

function circuitsOf(gateway: PluginHost, upstream: Upstream, settings: Options): UpstreamCircuits {
  const { per, limits, failureShare, minimumRequests, windowMs, openMs, probes } = settings;
  const rules = { failureShare, minimumRequests, windowMs, openMs, probes };
  const names = (backend: Backend | undefined) => ({ upstream: upstream.name, backend: backend?.name });
  const { maxActive, maxPending, maxRetries } = limits;
  const transitions = gateway.counter({
    name: 'transitions_total',
    help: 'Changes of circuits by the new state; backend is empty for that of an upstream.',
    labels: ['upstream', 'backend', 'to'],
  });
  return new UpstreamCircuits(upstream, per, { maxActive, maxPending, maxRetries }, (backend) =>
    gateway.retain(JSON.stringify([upstream.name, backend?.name, backend?.url, rules]), () =>
      createBreaker(rules, gateway.log, names(backend), transitions),
    ),
  );
}

function watch(gateway: PluginHost, settings: Options): Watched {
  const names = settings.upstreams ?? [...gateway.upstreams.keys()];
  const directory = directoryOf(gateway);
  const watched = new Map<Upstream | undefined, UpstreamCircuits>();
  for (const name of names) {
    const upstream = gateway.upstreams.get(name);
    if (upstream === undefined) throw new Error(`There is no upstream ${JSON.stringify(name)} to watch.`);
    const circuits = circuitsOf(gateway, upstream, settings);
    directory.add(circuits);
    watched.set(upstream, circuits);
  }
  return watched;
}

/** Takes the place of a probe where the circuit is half-open. */
function enter(exchange: Exchange, breaker: Breaker | undefined): void {
  if (breaker === undefined || breaker.state === 'closed') return;
  if (exchange.get(Probe)?.breaker === breaker) return;
  leave(exchange);
  const probe = breaker.enter();
  exchange.set(Probe, probe === noProbe ? undefined : { breaker, probe });
}

function note(exchange: Exchange, breaker: Breaker | undefined, isFailure: boolean): void {
  if (breaker === undefined) return;
  const held = exchange.get(Probe);
  breaker.note(isFailure, held?.breaker === breaker ? held.probe : noProbe);
  if (held?.breaker === breaker) exchange.set(Probe, undefined);
}

/** Gives the place of a probe back that has no result; may be called again. */
function leave(exchange: Exchange): void {
  const held = exchange.get(Probe);
  if (held === undefined) return;
  held.breaker.leave(held.probe);
  exchange.set(Probe, undefined);
}

function countRefusals({ counter }: PluginHost): Instrument {
  return counter({
    name: 'refused_total',
    help: 'Requests answered with 503: the circuit is open, or as many run as may.',
    labels: ['upstream', 'reason'],
  });
}

const stateNumbers: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 };

function showStates({ gauge }: PluginHost, watched: Watched): void {
  const help = 'State of a circuit: 0 closed, 1 half-open, 2 open; backend is empty for that of an upstream.';
  gauge({ name: 'state', help, labels: ['upstream', 'backend'] }, (states) => {
    for (const circuits of watched.values()) {
      for (const [backend, { state }] of circuits.breakers)
        states.of(circuits.upstream.name, backend).value = stateNumbers[state];
    }
  });
}

/** What a response means that onBackendResponse does not see; undefined for nothing. */
function isFailure({ inbound, response, attempts }: Exchange): boolean | undefined {
  const { source, status } = response!;
  if (source === 'gateway') return attempts.at(-1)!.error?.code === 'exchange_timeout' ? true : undefined;
  // a tunnel that opens is a success, and not only when it ends
  return status === 101 || (inbound.method === 'CONNECT' && status < 300) ? false : undefined;
}

export default definePlugin({
  name: 'circuit-breaker',
  options,
  setup(gateway, settings) {
    const { hooks } = gateway;
    const watched = watch(gateway, settings);
    const refusals = countRefusals(gateway);
    showStates(gateway, watched);
    const failures = new Set(settings.statuses);
    // last, so that who is refused for another reason is not refused for this one
    hooks.onRequest.tap({ stage: Stage.Finish }, ({ upstream }) => {
      const refused = watched.get(upstream)?.refused;
      if (refused === undefined) return undefined;
      refusals.of(upstream!.name, refused.isOpen ? 'open' : 'overloaded').value++;
      return refusal(refused);
    });
    // again, for much may have happened since, and a plugin may have sent it to another upstream
    hooks.selectBackend.tap({ stage: Stage.Guard }, (candidates, { upstream }) =>
      watched.get(upstream)?.narrow(candidates),
    );
    hooks.onBackendRequest.tap({ stage: Stage.Finish }, (exchange) => {
      enter(exchange, watched.get(exchange.upstream)?.breakerOf(exchange.backend!));
    });
    hooks.onBackendResponse.tap({ stage: Stage.Observe }, (exchange, { backend, status }) => {
      note(exchange, watched.get(exchange.upstream)?.breakerOf(backend), failures.has(status));
    });
    hooks.onBackendError.tap({ stage: Stage.Observe }, (exchange, { backend, error }) => {
      if (backend === undefined) return;
      if (error.fault !== 'backend') leave(exchange);
      else note(exchange, watched.get(exchange.upstream)?.breakerOf(backend), true);
    });
    hooks.onResponse.tap({ stage: Stage.Observe }, (exchange) => {
      const { backend, upstream } = exchange;
      const result = backend === undefined ? undefined : isFailure(exchange);
      if (result !== undefined) note(exchange, watched.get(upstream)?.breakerOf(backend!), result);
    });
    hooks.onComplete.tap(leave);
  },
});
