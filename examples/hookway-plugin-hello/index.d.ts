import type { PluginFactory } from 'hookway';

export interface HelloOptions {
  /** What X-Hello says; default: `Hello`. */
  readonly greeting?: string | undefined;
}

/** Greets in the response field X-Hello. */
declare const hello: PluginFactory<HelloOptions>;
export default hello;
