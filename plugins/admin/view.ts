import type { GatewayControl, Service } from '../../core/index.ts';

/** The gateway as one configuration sees it. */
export interface GatewayView {
  readonly control: GatewayControl;
  /** Without a usable backend of each of these the gateway is not ready. */
  readonly requiredUpstreams: readonly string[];
  readonly use: <T>(token: Service<T>) => T | undefined;
}
