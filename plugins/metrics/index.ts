import { type Backend, Control, definePlugin, Instruments, type PluginHost } from '../../core/index.ts';
import { Health } from '../health-check/tokens.ts';
import { Counts } from './counts.ts';
import { exchangeFamilies } from './exchange-families.ts';
import { expose } from './exposition.ts';
import type { Family } from './family.ts';
import { backendFamilies, gatewayFamilies, instrumentFamilies } from './gateway-families.ts';
import { mountMetrics } from './mount.ts';
import { options } from './options.ts';
import { monitorProcess } from './process-monitors.ts';
import { createReaders } from './readers.ts';
import { Recorder } from './recorder.ts';
import { routeLabel } from './route-label.ts';
import { MetricsText } from './tokens.ts';

export { MetricsText };

/** The numbers of the gateway at this moment; none in a dry run. */
function controlFamilies({ use }: PluginHost, loadedAtMs: number): Family[] {
  const control = use(Control);
  if (control === undefined) return [];
  const isHealthy = (backend: Backend): boolean => use(Health)?.isHealthy(backend) !== false;
  return [...gatewayFamilies(control, loadedAtMs), ...backendFamilies(control, isHealthy)];
}

/** When this configuration is gone, so is what was counted of routes and backends that only it had. */
function forgetRemoved({ use, defer }: PluginHost, counts: Counts): void {
  const control = use(Control);
  defer(() => {
    if (control === undefined || control.retiredGenerations > 1) return;
    const routes = new Set(control.routes.map(routeLabel)).add('');
    counts.keepOnly(
      (route) => routes.has(route),
      ({ upstream, backend }) =>
        control.upstreams.get(upstream)?.backends.some(({ name }) => name === backend) === true,
    );
  });
}

export default definePlugin({
  name: 'metrics',
  options,
  setup(gateway, { mount, allow, token, bucketsMs, processMetrics }) {
    const counts = gateway.retain(JSON.stringify(bucketsMs), () => new Counts(bucketsMs));
    const instruments = gateway.use(Control)?.instruments ?? new Instruments();
    const recorder = new Recorder(counts, gateway.upstreams, instruments);
    const processFamilies = processMetrics ? monitorProcess(gateway) : async () => [];
    let loadedAtMs = 0;
    const read = async () =>
      expose([
        ...controlFamilies(gateway, loadedAtMs),
        ...exchangeFamilies(counts),
        ...(await processFamilies()),
        ...instrumentFamilies(instruments),
      ]);
    gateway.provide(MetricsText, { read });
    gateway.onStart(() => {
      loadedAtMs = Date.now();
    });
    forgetRemoved(gateway, counts);
    if (mount !== undefined) mountMetrics(gateway, mount, createReaders(allow, token), read);
    gateway.hooks.onComplete.tap((exchange) => recorder.record(exchange));
  },
});
