import {
  type Backend,
  definePlugin,
  type Exchange,
  type PluginHost,
  Stage,
  type Upstream,
} from '../../core/index.ts';
import { monotonicClock } from './clock.ts';
import { HealthDirectory } from './health-directory.ts';
import { type ActiveOptions, type Options, options } from './options.ts';
import { Prober, type Probe } from './prober.ts';
import { httpProbe, tcpProbe } from './probes.ts';
import type { Met } from './request-window.ts';
import { Standing } from './standing.ts';
import { Health } from './tokens.ts';
import { type HealthReporter, UpstreamHealth } from './upstream-health.ts';

export { Health };
export type { BackendHealth, Condition, HealthChange } from './tokens.ts';

function reportTo({ log, counter }: PluginHost): HealthReporter {
  const transitions = counter({
    name: 'transitions_total',
    help: 'Changes of the health of backends; those to ejected are ejections.',
    labels: ['upstream', 'backend', 'to'],
  });
  return {
    onChange({ backend, upstream, from, to, reason }) {
      transitions.of(upstream, backend.name, to).value++;
      const fields = { upstream, backend: backend.name, from, to, reason };
      if (to === 'healthy') log.info(fields, 'backend is healthy');
      else log.warn(fields, `backend is ${to}`);
    },
    onPanic(upstream, isPanic) {
      if (isPanic) log.error({ upstream }, 'too few backends are healthy, all are used');
      else log.info({ upstream }, 'enough backends are healthy again');
    },
  };
}

function probeOf({ url, tls }: Backend, active: ActiveOptions): Probe {
  const isEncrypted = url.protocol === 'https:';
  const port = active.port ?? (url.port === '' ? (isEncrypted ? 443 : 80) : Number(url.port));
  const target = { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, tls };
  const { path, statuses, body, host: authority = url.host, timeoutMs } = active;
  if (path === undefined) return tcpProbe(target, timeoutMs);
  return httpProbe(target, { path, authority, statuses, body }, timeoutMs);
}

function watchedUpstreams({ upstreams }: PluginHost, names: readonly string[] | undefined): Upstream[] {
  const watched = [...upstreams.values()];
  const unknown = names?.find((name) => !upstreams.has(name));
  if (unknown !== undefined) throw new Error(`There is no upstream ${JSON.stringify(unknown)} to watch.`);
  return names === undefined ? watched : watched.filter(({ name }) => names.includes(name));
}

function directoryOf(gateway: PluginHost): HealthDirectory {
  const existing = gateway.use(Health);
  if (existing instanceof HealthDirectory) return existing;
  const directory = new HealthDirectory((err) => gateway.log.error({ err }, 'a listener of health failed'));
  gateway.provide(Health, directory);
  return directory;
}

function watch(
  gateway: PluginHost,
  upstream: Upstream,
  { active, passive, panicShare }: Options,
): UpstreamHealth {
  const { rise, fall } = active ?? { rise: 1, fall: 1 };
  const rules = { ...passive, rise, fall };
  const standingOf = ({ name, url }: Backend): Standing =>
    gateway.retain(JSON.stringify([upstream.name, name, url, active, passive]), () => new Standing(rules));
  const shares = { maxEjectedShare: passive.maxEjectedShare, panicShare };
  const health = new UpstreamHealth(upstream, standingOf, shares, monotonicClock, reportTo(gateway));
  gateway.defer(() => health.close());
  if (active !== undefined) {
    for (const backend of upstream.backends) probe(gateway, health, backend, active);
  }
  return health;
}

function probe(gateway: PluginHost, health: UpstreamHealth, backend: Backend, active: ActiveOptions): void {
  const probes = gateway.counter({
    name: 'probes_total',
    help: 'Probes of backends, by their result.',
    labels: ['upstream', 'backend', 'result'],
  });
  const onResult = (problem: string | undefined): void => {
    probes.of(health.name, backend.name, problem === undefined ? 'success' : 'failure').value++;
    health.onProbe(backend, problem);
  };
  const prober = new Prober(probeOf(backend, active), active, monotonicClock, Math.random, onResult);
  gateway.onStart(() => prober.start());
  gateway.onRetired(() => prober.stop());
}

const panicHelp = 'Whether so few backends are healthy that all are used.';

/** What a request met that only its response tells; undefined for nothing. */
function metAtLast({ inbound, response, attempts }: Exchange): Met | undefined {
  const { source, status } = response!;
  if (source === 'gateway')
    return attempts.at(-1)!.error?.code === 'exchange_timeout' ? 'failure' : undefined;
  // a tunnel that opens is an answer, too
  return status === 101 || (inbound.method === 'CONNECT' && status < 300) ? 'answer' : undefined;
}

function judgeRequests(
  { hooks }: PluginHost,
  watched: ReadonlyMap<Upstream | undefined, UpstreamHealth>,
): void {
  hooks.onBackendResponse.tap({ stage: Stage.Observe }, ({ upstream }, { backend, status }) => {
    watched.get(upstream)?.onRequest(backend, status < 500 ? 'answer' : 'error');
  });
  hooks.onBackendError.tap({ stage: Stage.Observe }, ({ upstream }, { backend, error }) => {
    if (backend !== undefined && error.fault === 'backend')
      watched.get(upstream)?.onRequest(backend, 'failure');
  });
  hooks.onResponse.tap({ stage: Stage.Observe }, (exchange) => {
    const { backend, upstream } = exchange;
    const met = backend === undefined ? undefined : metAtLast(exchange);
    if (met !== undefined) watched.get(upstream)?.onRequest(backend!, met);
  });
}

export default definePlugin({
  name: 'health-check',
  options,
  setup(gateway, settings) {
    const directory = directoryOf(gateway);
    const watched = new Map<Upstream | undefined, UpstreamHealth>();
    for (const upstream of watchedUpstreams(gateway, settings.upstreams)) {
      const health = watch(gateway, upstream, settings);
      directory.add(health);
      watched.set(upstream, health);
    }
    gateway.gauge({ name: 'panic', help: panicHelp, labels: ['upstream'] }, (gauge) => {
      for (const health of watched.values()) gauge.of(health.name).value = Number(health.isPanic);
    });
    gateway.hooks.selectBackend.tap({ stage: Stage.Guard }, (candidates, { upstream }) => {
      const health = watched.get(upstream);
      return health === undefined || health.isAllHealthy ? undefined : health.narrow(candidates);
    });
    if (settings.passive.enabled) judgeRequests(gateway, watched);
  },
});
