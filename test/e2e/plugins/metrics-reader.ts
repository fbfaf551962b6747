import { definePlugin, type PluginHost } from 'hookway';
import { type Origin, startTestGateway, type TestGateway, type TestGatewayOptions } from 'hookway/testing';
import metrics, { MetricsText } from 'hookway/plugins/metrics';
import { onTestFinished } from 'vitest';
import { type MetricFamily, parsePrometheusText } from '../../support/prometheus-text.ts';

export interface MeasuredGateway {
  readonly gateway: TestGateway;
  /** All metrics, every line of the text checked. */
  readonly read: () => Promise<Map<string, MetricFamily>>;
  /** Replaces the configuration; the plugin stays. */
  readonly reload: (options: ReloadOptions) => Promise<void>;
}

type ReloadOptions = Omit<TestGatewayOptions, 'origin' | 'log'> & { readonly origin?: Origin };

/** A gateway with the plugin, whose numbers are read as another plugin does, without a request. */
export async function startMeasured(options: TestGatewayOptions = {}): Promise<MeasuredGateway> {
  let host: PluginHost | undefined;
  const reader = definePlugin({
    name: 'reader',
    setup(gateway) {
      gateway.onStart(() => {
        host = gateway;
      });
    },
  });
  const withMetrics = <T extends TestGatewayOptions>(given: T): T => ({
    ...given,
    plugins: [metrics(), reader(), given.plugins],
  });
  const gateway = await startTestGateway(withMetrics(options));
  onTestFinished(() => gateway.close());
  return {
    gateway,
    read: async () => parsePrometheusText((await host!.use(MetricsText)!.read()).text),
    reload: (next) => gateway.reload(withMetrics(next)),
  };
}
