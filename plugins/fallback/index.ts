import { definePlugin, type PluginHost, Stage, type Upstream } from '../../core/index.ts';
import { Circuits } from '../circuit-breaker/tokens.ts';
import { options } from './options.ts';
import { Substitute } from './substitute.ts';

function namedUpstream({ upstreams }: PluginHost, name: string | undefined): Upstream | undefined {
  const upstream = name === undefined ? undefined : upstreams.get(name);
  if (name !== undefined && upstream === undefined) {
    throw new Error(`There is no upstream ${JSON.stringify(name)} to fall back to.`);
  }
  return upstream;
}

export default definePlugin({
  name: 'fallback',
  options,
  setup(gateway, { upstream: name, response, statuses }) {
    const { hooks } = gateway;
    const isOpen = (upstream: Upstream): boolean => gateway.use(Circuits)?.isOpen(upstream) === true;
    const used = gateway.counter({
      name: 'used_total',
      help: 'Requests that another upstream or an answer stood in for, by the upstream that they were for.',
      labels: ['upstream', 'by'],
    });
    const substitute = new Substitute(namedUpstream(gateway, name), response, isOpen, (upstream, by) => {
      used.of(upstream, by).value++;
    });
    const failures = new Set(statuses);

    hooks.onRequest.tap((exchange) => substitute.before(exchange));
    // last, when nobody tries again
    hooks.onBackendError.tap({ stage: Stage.Finish }, (exchange, { mayRetry }) =>
      substitute.after(exchange, mayRetry),
    );
    hooks.onBackendResponse.tap({ stage: Stage.Finish }, (exchange, { status, mayRetry }) =>
      failures.has(status) ? substitute.after(exchange, mayRetry) : undefined,
    );
  },
});
