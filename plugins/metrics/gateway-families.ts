import {
  type Backend,
  type GatewayControl,
  type Instrument,
  type Instruments,
  version,
} from '../../core/index.ts';
import { counter, type Family, gauge, type Sample } from './family.ts';

/** The gateway as a whole. */
export function gatewayFamilies(control: GatewayControl, loadedAtMs: number): Family[] {
  return [
    gauge('hookway_build_info', 'Always 1; what runs, in its labels.', [
      { labels: { version, node: process.versions.node }, value: 1 },
    ]),
    gauge('hookway_open_connections', 'Connections from clients.', control.openConnections),
    gauge('hookway_active_requests', 'Requests that run.', control.activeExchanges),
    gauge('hookway_generation', 'Number of the configuration in service, from 1.', control.generation),
    gauge(
      'hookway_retired_generations',
      'Configurations that were replaced and in which requests still run.',
      control.retiredGenerations,
    ),
    gauge(
      'hookway_last_reload_successful',
      'Whether the last attempt to change the configuration succeeded.',
      control.lastReload?.error === undefined ? 1 : 0,
    ),
    gauge(
      'hookway_configuration_loaded_timestamp_seconds',
      'When the configuration in service was loaded.',
      loadedAtMs / 1000,
    ),
  ];
}

/** What plugins and the core have counted. */
export function instrumentFamilies(instruments: Instruments): Family[] {
  return instruments.read().map((instrument) => {
    const name = `hookway_${instrument.name}`;
    const values = [...instrument].map(({ values: given, value }) => ({
      labels: labelsOf(instrument, given),
      value,
    }));
    return instrument.kind === 'counter'
      ? counter(name, instrument.help, values)
      : gauge(name, instrument.help, values);
  });
}

function labelsOf({ labels }: Instrument, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(labels.map((label, index) => [label, values[index]!]));
}

type Row = readonly [labels: { readonly upstream: string; readonly backend: string }, backend: Backend];

/** Every backend at this moment. */
export function backendFamilies(
  { upstreams }: GatewayControl,
  isHealthy: (backend: Backend) => boolean,
): Family[] {
  const rows = [...upstreams.values()].flatMap(({ name: upstream, backends }) =>
    backends.map((backend): Row => [{ upstream, backend: backend.name }, backend]),
  );
  const ofEach = (name: string, help: string, read: (backend: Backend) => number): Family =>
    gauge(
      `hookway_backend_${name}`,
      help,
      rows.map(([labels, backend]) => ({ labels, value: read(backend) })),
    );
  return [
    gauge('hookway_backend_connections', 'Connections to a backend, by state.', rows.flatMap(connectionsOf)),
    ofEach('queued_requests', 'Requests that wait for a connection.', ({ pool }) => pool.queueLength),
    ofEach('active_attempts', 'Attempts that run.', ({ activeAttempts }) => activeAttempts),
    ofEach('up', 'Whether its health is good, or nobody watches it.', (each) => Number(isHealthy(each))),
    ofEach('draining', 'Whether it gets no new requests.', ({ isDraining }) => Number(isDraining)),
    ofEach('weight', 'Its share of the requests, compared with others.', ({ weight }) => weight),
  ];
}

function connectionsOf([labels, { pool }]: Row): Sample[] {
  const sample = (state: string, value: number): Sample => ({ labels: { ...labels, state }, value });
  return [
    sample('idle', pool.idleCount),
    sample('busy', pool.size - pool.idleCount),
    sample('connecting', pool.connectingCount),
  ];
}
