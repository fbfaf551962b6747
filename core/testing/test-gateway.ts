import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { LogLevel } from '../log/logger.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { definePlugin, type PluginEntry, type PluginList } from '../pipeline/plugin.ts';
import { Stage } from '../pipeline/taps.ts';
import type { GatewayConfig, ListenerConfig, RouteConfig, UpstreamConfig } from '../server/configuration.ts';
import { createGatewayWithLog, type Gateway } from '../server/gateway.ts';
import { CapturedLog, type LogLine } from './captured-log.ts';
import { fetchFrom, type FetchedResponse, type FetchInit } from './fetch.ts';
import { Origin, type OriginScript, startOrigin } from './origin.ts';
import { RawClient } from './raw-client.ts';
import { Waiting } from './waiting.ts';

/** A configuration whose parts may all be missing. */
export interface TestGatewayOptions extends Partial<Omit<GatewayConfig, 'listeners' | 'log' | 'plugins'>> {
  /** Taken for a whole configuration to be accepted; the gateway listens on a free port of this machine instead. */
  readonly listeners?: GatewayConfig['listeners'];
  /** How its listener speaks TLS; needs a plugin that provides certificates. Default: false. */
  readonly tls?: ListenerConfig['tls'];
  readonly plugins?: PluginList | undefined;
  /** Stands behind the gateway unless there are `upstreams`; default: one that answers 200 with `ok`. */
  readonly origin?: Origin | OriginScript;
  /** Its level counts, default `debug`; lines are captured. */
  readonly log?: GatewayConfig['log'];
}

/** Keeps the exchanges that are over. */
class Recorder {
  readonly exchanges: Exchange[] = [];
  readonly waiting = new Waiting();
  readonly plugin: PluginEntry = definePlugin({
    name: 'test-recorder',
    setup: ({ hooks }) => {
      hooks.onComplete.tap({ stage: Stage.Finish }, (exchange) => {
        this.exchanges.push(exchange);
        this.waiting.check();
      });
    },
  })();
}

/** A gateway that runs for a test. */
export class TestGateway {
  readonly gateway: Gateway;
  readonly #log: CapturedLog;
  readonly #recorder: Recorder;
  readonly #origin: Origin | undefined;
  readonly #ownsOrigin: boolean;
  readonly #agent: Agent;
  readonly #isEncrypted: boolean;

  constructor(
    gateway: Gateway,
    log: CapturedLog,
    recorder: Recorder,
    origin: Origin | undefined,
    ownsOrigin: boolean,
    isEncrypted: boolean,
  ) {
    this.#isEncrypted = isEncrypted;
    // whom a test connects to is beyond doubt
    this.#agent = isEncrypted
      ? new TlsAgent({ keepAlive: true, rejectUnauthorized: false })
      : new Agent({ keepAlive: true });
    this.gateway = gateway;
    this.#log = log;
    this.#recorder = recorder;
    this.#origin = origin;
    this.#ownsOrigin = ownsOrigin;
  }

  get port(): number {
    return this.gateway.addresses[0]!.port;
  }

  /** `http://127.0.0.1:port`, or `https`, without a slash at the end. */
  get url(): string {
    return `${this.#isEncrypted ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  /** The origin behind it; throws when the test gave `upstreams` of its own. */
  get origin(): Origin {
    if (this.#origin === undefined) throw new Error('This gateway has upstreams of its own.');
    return this.#origin;
  }

  /** Sends a request, on a kept connection if there is one, and reads the whole response. */
  fetch(path: string, init: FetchInit = {}): Promise<FetchedResponse> {
    return fetchFrom(this.port, path, this.#agent, init);
  }

  /** Connects a client that sends the bytes it is told to. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.port);
  }

  /** Lines of the log so far. */
  get logLines(): readonly LogLine[] {
    return this.#log.lines;
  }

  /** Resolves with the first line of the log that fits, also one that was written before. */
  waitForLog(fits: (line: LogLine) => boolean): Promise<LogLine> {
    return this.#log.waitFor(fits);
  }

  /** Exchanges that are over, in the order of their end. */
  get exchanges(): readonly Exchange[] {
    return this.#recorder.exchanges;
  }

  /** Resolves with the exchange that ended as the one of that number, from 1 on. */
  async waitForExchange(number = 1): Promise<Exchange> {
    const { exchanges, waiting } = this.#recorder;
    await waiting.until(`the end of exchange ${number}`, () => exchanges.length >= number);
    return exchanges[number - 1]!;
  }

  /** Replaces the configuration by one of these options, on the same port; origins are the tests' own to give. */
  reload(options: Omit<TestGatewayOptions, 'origin' | 'log'> & { readonly origin?: Origin }): Promise<void> {
    const { origin = this.#origin, ...rest } = options;
    return this.gateway.reload(configurationOf(rest, origin, this.#recorder));
  }

  /** Cuts what still runs; `close({ now: false })` on `gateway` waits for it instead. */
  async close(): Promise<void> {
    this.#agent.destroy();
    await this.gateway.close({ now: true });
    if (this.#ownsOrigin) await this.#origin?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function defaultRoutes(upstreams: Readonly<Record<string, UpstreamConfig>>): RouteConfig[] {
  const first = Object.keys(upstreams)[0];
  return first === undefined ? [] : [{ upstream: first }];
}

function configurationOf(
  { plugins, tls, ...rest }: Omit<TestGatewayOptions, 'origin' | 'log'>,
  origin: Origin | undefined,
  recorder: Recorder,
): GatewayConfig {
  const upstreams = rest.upstreams ?? { origin: { backends: [origin!.url] } };
  return {
    ...rest,
    upstreams,
    routes: rest.routes ?? defaultRoutes(upstreams),
    listeners: [{ host: '127.0.0.1', port: 0, tls }],
    plugins: [plugins, recorder.plugin],
  };
}

/**
 * Starts a gateway on a free port of this machine, with a scripted origin behind it unless `upstreams` are given.
 * Without `routes`, every request goes to the origin or the first upstream.
 * Rejects as `gateway.listen()` does.
 */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { origin: given = { body: 'ok' }, log: { level = 'debug' } = {}, ...rest } = options;
  const log = new CapturedLog(level satisfies LogLevel);
  const recorder = new Recorder();
  const ownsOrigin = options.upstreams === undefined && !(given instanceof Origin);
  const origin =
    options.upstreams !== undefined ? undefined : given instanceof Origin ? given : await startOrigin(given);
  const config = configurationOf(rest, origin, recorder);
  const isEncrypted = (options.tls ?? false) !== false;
  const gateway = createGatewayWithLog(config, log.log);
  const running = new TestGateway(gateway, log, recorder, origin, ownsOrigin, isEncrypted);
  try {
    await running.gateway.listen();
  } catch (error) {
    if (ownsOrigin) await origin?.close();
    throw error;
  }
  return running;
}
