import { Service } from '../../core/index.ts';

/** All numbers of the gateway as Prometheus reads them, for whoever has a place to serve them. */
export const MetricsText = new Service<{ read(): Promise<{ contentType: string; text: string }> }>(
  'metrics-text',
);
