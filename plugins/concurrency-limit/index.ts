import { z } from 'zod';
import {
  definePlugin,
  type Exchange,
  type Instrument,
  type LocalResponse,
  type PluginHost,
  respond,
  Slot,
  Stage,
} from '../../core/index.ts';
import { createKey, ipv6PrefixSchema, keySchema } from '../rate-limit/index.ts';
import { type GateSettings, Gates, type Ticket } from './gate.ts';

const options = z.strictObject({
  maxConcurrent: z.int().min(1).describe('Requests that may be under way at the same time.'),
  maxQueued: z.int().min(0).max(100_000).default(0).describe('Requests that may wait for their turn.'),
  queueTimeoutMs: z.int().min(1).max(600_000).default(1_000).describe('How long a request may wait.'),
  retryAfterSeconds: z.int().min(1).default(1).describe('When a client that was refused may come again.'),
  key: keySchema.optional().describe('Limits requests of each key by themselves; default: all together.'),
  ipv6Prefix: ipv6PrefixSchema.default(64).describe('Bits of an IPv6 address that make one client.'),
});

/** The places that an exchange has with all plugins of the kind. */
interface Held {
  readonly ticket: Ticket;
  readonly next: Held | undefined;
}

const Places = new Slot<Held | undefined>('concurrency-limit-places');

function laterBy(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Whatever becomes of the exchange, `leaveAll` gives back what it entered, also while it waits. */
function enter(gates: Gates, key: string, exchange: Exchange): Ticket | undefined {
  const ticket = gates.enter(key);
  if (ticket !== undefined) exchange.set(Places, { ticket, next: exchange.get(Places) });
  return ticket;
}

function leaveAll(exchange: Exchange): void {
  for (let held = exchange.get(Places); held !== undefined; held = held.next) held.ticket.leave();
  exchange.set(Places, undefined);
}

function createRefusal(retryAfterSeconds: number): LocalResponse {
  return respond(503, { 'Retry-After': String(retryAfterSeconds) }, undefined, {
    code: 'concurrency_limited',
    detail: 'Too many requests at the same time.',
  });
}

/** By gauge, which is one for all entries of the plugin in all configurations: gates outlive these. */
const loads = new WeakMap<Instrument, GateSettings['load']>();

function loadOf(gateway: PluginHost): GateSettings['load'] {
  const help = 'Requests that have a place or wait for one.';
  const gauge = gateway.gauge({ name: 'requests', help, labels: ['state'] }, (requests) => {
    requests.of('running').value = load.inside;
    requests.of('queued').value = load.queued;
  });
  const load = loads.get(gauge) ?? { inside: 0, queued: 0 };
  loads.set(gauge, load);
  return load;
}

export default definePlugin({
  name: 'concurrency-limit',
  options,
  setup(gateway, { key, ipv6Prefix, retryAfterSeconds, ...limits }) {
    const { hooks, retain } = gateway;
    const settings = { ...limits, setTimeout: laterBy, load: loadOf(gateway) };
    const refused = gateway
      .counter({ name: 'refused_total', help: 'Requests for which there was no place in time.' })
      .of();
    const gates = retain(JSON.stringify([limits, key, ipv6Prefix]), () => new Gates(settings));
    const keyOf = key === undefined ? () => '' : createKey(key, ipv6Prefix);
    const answer = createRefusal(retryAfterSeconds);
    const refuse = (): LocalResponse => {
      refused.value++;
      return answer;
    };
    hooks.onComplete.tap(leaveAll);
    if (limits.maxQueued === 0) {
      hooks.onRequest.tap({ stage: Stage.Guard }, (exchange) => {
        const name = keyOf(exchange);
        return name === undefined || enter(gates, name, exchange) !== undefined ? undefined : refuse();
      });
      return;
    }
    hooks.onRequest.tapPromise({ stage: Stage.Guard }, async (exchange) => {
      const name = keyOf(exchange);
      if (name === undefined) return undefined;
      const ticket = enter(gates, name, exchange);
      return ticket?.isInside === true || (await ticket?.turn()) === true ? undefined : refuse();
    });
  },
});
