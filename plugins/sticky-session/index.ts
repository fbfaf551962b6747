import { type Backend, definePlugin, GatewayError, Slot, type Upstream } from '../../core/index.ts';
import { carrierOf } from './carrier.ts';
import { options, secretsOf, type Settings } from './options.ts';
import { type Admission, Tickets } from './ticket.ts';
import { StickyBackend } from './tokens.ts';

export { StickyBackend };

/** The tickets of each upstream. */
function createTickets(settings: Settings): (upstream: Upstream) => Tickets<Backend> {
  const { maxAgeSeconds } = settings;
  const parts = { secrets: secretsOf(settings), maxAgeSeconds, nowSeconds: () => Date.now() / 1_000 };
  const all = new WeakMap<Upstream, Tickets<Backend>>();
  return (upstream) => {
    let tickets = all.get(upstream);
    if (tickets === undefined) {
      all.set(upstream, (tickets = new Tickets(upstream.name, upstream.backends, parts)));
    }
    return tickets;
  };
}

function reject(): never {
  throw new GatewayError('no_backend', 'The backend of this session is not available.');
}

export default definePlugin({
  name: 'sticky-session',
  options,
  setup(gateway, settings) {
    const carrier = carrierOf(settings);
    const ticketsOf = createTickets(settings);
    // one for each entry of the list, and the same after a reload
    const admission = gateway.retain('admission', () => new Slot<Admission<Backend>>('sticky-admission'));
    const mayGoElsewhere = settings.onFailure === 'redistribute';

    gateway.hooks.selectBackend.tap((candidates, exchange) => {
      if (mayGoElsewhere && exchange.attempts.length > 0) {
        exchange.set(StickyBackend, undefined);
        return undefined;
      }
      const ticket = carrier.read(exchange);
      const admitted = ticket === undefined ? undefined : ticketsOf(exchange.upstream!).check(ticket);
      // who is at a backend that an operator wants out begins anew, like who was at one that is gone
      if (admitted === undefined || admitted.backend.isDraining) return undefined;
      exchange.set(admission, admitted);
      if (!candidates.includes(admitted.backend)) return mayGoElsewhere ? undefined : reject();
      exchange.set(StickyBackend, admitted.backend);
      return admitted.backend.alone;
    });

    gateway.hooks.onResponse.tap((exchange) => {
      const { backend, upstream, response } = exchange;
      if (backend === undefined || upstream === undefined || response!.source !== 'backend') return;
      const admitted = exchange.get(admission);
      if (admitted?.backend === backend && !admitted.mustRenew) return;
      const ticket = ticketsOf(upstream).issue(backend);
      if (ticket !== undefined) carrier.write(exchange, ticket);
    });
  },
});
