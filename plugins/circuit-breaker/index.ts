import {
  type Backend,
  definePlugin,
  type Exchange,
  type LocalResponse,
  type PluginHost,
  respond,
  Slot,
  Stage,
  type Upstream,
} from '../../core/index.ts';
import { Breaker, noProbe } from './breaker.ts';
import { WatchedCircuits } from './directory.ts';
import { type Options, options } from './options.ts';
import { Circuits } from './tokens.ts';
import { type Refused, UpstreamCircuits } from './upstream-circuits.ts';

export { Circuits };
export type { CircuitDirectory } from './tokens.ts';

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

function circuitsOf(gateway: PluginHost, upstream: Upstream, settings: Options): UpstreamCircuits {
  const { per, limits, failureShare, minimumRequests, windowMs, openMs, probes } = settings;
  const rules = { failureShare, minimumRequests, windowMs, openMs, probes };
  const create = (backend: Backend | undefined): Breaker =>
    new Breaker(rules, performance.now.bind(performance), (state, reason) => {
      const fields = { upstream: upstream.name, backend: backend?.name, reason };
      gateway.log[state === 'open' ? 'warn' : 'info'](fields, `circuit is ${state}`);
    });
  const { maxActive, maxPending, maxRetries } = limits;
  return new UpstreamCircuits(upstream, per, { maxActive, maxPending, maxRetries }, (backend) =>
    gateway.retain(JSON.stringify([upstream.name, backend?.name, backend?.url, rules]), () =>
      create(backend),
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
  const held = exchange.get(Probe);
  if (held?.breaker === breaker) return;
  held?.breaker.leave(held.probe);
  const probe = breaker.enter();
  exchange.set(Probe, probe === noProbe ? undefined : { breaker, probe });
}

function isSwitched({ inbound, response }: Exchange): boolean {
  const { status } = response!;
  return status === 101 || (inbound.method === 'CONNECT' && status < 300);
}

function note(exchange: Exchange, breaker: Breaker | undefined, isFailure: boolean): void {
  if (breaker === undefined) return;
  const held = exchange.get(Probe);
  breaker.note(isFailure, held?.breaker === breaker ? held.probe : noProbe);
  if (held?.breaker === breaker) exchange.set(Probe, undefined);
}

export default definePlugin({
  name: 'circuit-breaker',
  options,
  setup(gateway, settings) {
    const { hooks } = gateway;
    const watched = watch(gateway, settings);
    const failures = new Set(settings.statuses);
    // last, so that who is refused for another reason takes no place of a probe
    hooks.onRequest.tap({ stage: Stage.Finish }, ({ upstream }) => {
      const refused = watched.get(upstream)?.refused;
      return refused && refusal(refused);
    });
    if (settings.per === 'backend') {
      hooks.selectBackend.tap({ stage: Stage.Guard }, (candidates, { upstream }) =>
        watched.get(upstream)?.narrow(candidates),
      );
    }
    hooks.onBackendRequest.tap({ stage: Stage.Finish }, (exchange) => {
      enter(exchange, watched.get(exchange.upstream)?.breakerOf(exchange.backend!));
    });
    hooks.onBackendResponse.tap({ stage: Stage.Observe }, (exchange, { backend, status }) => {
      note(exchange, watched.get(exchange.upstream)?.breakerOf(backend), failures.has(status));
    });
    hooks.onBackendError.tap({ stage: Stage.Observe }, (exchange, { backend, error }) => {
      if (backend === undefined || error.fault !== 'backend') return;
      note(exchange, watched.get(exchange.upstream)?.breakerOf(backend), true);
    });
    // a tunnel that opens is a success, and not only when it ends
    hooks.onResponse.tap({ stage: Stage.Observe }, (exchange) => {
      const { backend, response } = exchange;
      if (backend === undefined || response!.source !== 'backend' || !isSwitched(exchange)) return;
      note(exchange, watched.get(exchange.upstream)?.breakerOf(backend), false);
    });
    hooks.onComplete.tap((exchange) => {
      const held = exchange.get(Probe);
      held?.breaker.leave(held.probe);
    });
  },
});
