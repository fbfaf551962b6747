import type { Backend, Exchange, PluginHost, Upstream } from '../../core/index.ts';

/** A policy at work for one upstream. */
export interface Picker {
  /** One of `candidates`, which are at least two. */
  pick(candidates: readonly Backend[], exchange: Exchange): Backend;
}

/** Makes the picker of an upstream on its first request; what must outlive a reload goes to `gateway.retain`. */
export type Policy = (upstream: Upstream, gateway: PluginHost) => Picker;
