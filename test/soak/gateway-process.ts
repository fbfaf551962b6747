// The gateway of a soak in a process of its own; asked over the channel that its parent made.
import {
  createGateway,
  definePlugin,
  type Exchange,
  type Gateway,
  type GatewayConfig,
  type PluginHost,
} from 'hookway';
import accessLog from 'hookway/plugins/access-log';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import headers from 'hookway/plugins/headers';
import loadBalance from 'hookway/plugins/load-balance';
import metrics, { MetricsText } from 'hookway/plugins/metrics';
import rateLimit from 'hookway/plugins/rate-limit';
import requestId from 'hookway/plugins/request-id';
import retry from 'hookway/plugins/retry';
import type { Answers, Question, Sample } from './messages.ts';

const [logFile = '', ...backends] = process.argv.slice(2);
const ends: Record<string, number> = {};
let host: PluginHost | undefined;
let reloads = 0;

/** How an exchange ended, in the words of the client's ledger. */
function endOf({ outcome, response }: Exchange): string {
  const { code, phase } = outcome!;
  if (code === undefined) return phase === 'tunnel' ? 'switched' : 'ok';
  if (code === 'client_aborted') return 'left';
  return phase === 'relay' || response === undefined ? 'cut' : 'failed';
}

const count = definePlugin({
  name: 'count',
  setup(gateway) {
    host = gateway;
    gateway.hooks.onComplete.tap((exchange) => {
      const key = `${exchange.inbound.path.split('/')[1]} ${endOf(exchange)}`;
      ends[key] = (ends[key] ?? 0) + 1;
    });
  },
});

/** Another one each time, so that a reload has something to change. */
function configuration(): GatewayConfig {
  return {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: {
      app: {
        backends: reloads % 2 === 0 ? backends : backends.toReversed(),
        maxConnections: 64 + (reloads % 3),
      },
    },
    routes: [{ name: 'soak', upstream: 'app' }],
    plugins: [
      count(),
      requestId(),
      forwardedHeaders({}),
      accessLog({ file: logFile }),
      rateLimit({ requests: 1_000_000, windowMs: 1_000 }),
      headers({ response: { set: { 'X-Generation': String(reloads) } } }),
      metrics({ mount: '/metrics', processMetrics: false }),
      retry({ backoffMs: 0, budget: { share: 1, minConcurrent: 1_000 } }),
      loadBalance({ policy: 'round-robin' }),
    ],
    log: { level: 'silent' },
  };
}

async function requestsInMetrics(): Promise<number> {
  const { text } = await host!.use(MetricsText)!.read();
  const lines = text.matchAll(/^hookway_requests_total\{.*\} (\d+)$/gm);
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

function sample({ control }: Gateway): Sample {
  for (let i = 0; i < 3; i++) globalThis.gc!();
  const { heapUsed, rss } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  const all = [...control.upstreams.values()].flatMap((upstream) => upstream.backends);
  return {
    heapMb: heapUsed / 1e6,
    rssMb: rss / 1e6,
    handles,
    openConnections: control.openConnections,
    activeExchanges: control.activeExchanges,
    activeAttempts: all.reduce((sum, { activeAttempts }) => sum + activeAttempts, 0),
    queued: all.reduce((sum, { pool }) => sum + pool.queueLength, 0),
    retiredGenerations: control.retiredGenerations,
  };
}

const gateway = await createGateway(configuration()).listen();

const answers: { readonly [Q in Question]: () => Answers[Q] | Promise<Answers[Q]> } = {
  port: () => gateway.addresses[0]!.port,
  sample: () => sample(gateway),
  counts: async () => ({ ends, requestsInMetrics: await requestsInMetrics(), reloads }),
  async reload() {
    reloads++;
    await gateway.reload(configuration());
    return true as const;
  },
  async close() {
    await gateway.close();
    process.disconnect();
    return true as const;
  },
};

process.on('message', ({ question }: { readonly question: Question }) => {
  void (async () => {
    const answer = await answers[question]();
    if (process.connected) process.send!({ question, answer });
  })();
});
