import type { z } from 'zod';
import { definePlugin, type Exchange, type PluginHost, Slot, Stage } from '../../core/index.ts';
import { fieldText } from './field-text.ts';
import { options } from './options.ts';
import { createReasons, type Reason } from './reason.ts';
import { RecentTrails } from './recent.ts';
import { recordOf, type TrailRecord } from './record.ts';
import { Redaction } from './redaction.ts';
import { DecisionTrails } from './tokens.ts';

export { DecisionTrails, type TrailRecord };

type RecordOf = (exchange: Exchange) => TrailRecord;

const TrailReason = new Slot<Reason>('decision-trail-reason');

/** Tells the client that knew the secret, as far as there is something to tell before the response goes out. */
function tapReply(gateway: PluginHost, record: RecordOf, maxBytes: number | undefined): void {
  gateway.hooks.onResponse.tap({ stage: Stage.Finish }, (exchange) => {
    if (exchange.get(TrailReason) !== 'secret') return;
    const { fields } = exchange.response!;
    fields.set('Decision-Trail', exchange.id);
    if (maxBytes !== undefined) fields.set('Decision-Trail-Record', fieldText(record(exchange), maxBytes));
  });
}

function setUp(gateway: PluginHost, settings: z.output<typeof options>): void {
  const { secret, header, share = 0, log, reply, maxReplyBytes, keep, redact, query } = settings;
  const redaction = new Redaction([header, ...redact], query);
  const trails = gateway.retain(`recent:${keep}`, () => new RecentTrails(keep));
  const reasonOf = createReasons({ secret, header, share });
  const record: RecordOf = (exchange) =>
    recordOf(exchange, exchange.get(TrailReason)!, redaction, Date.now(), performance.now());
  gateway.provide(DecisionTrails, trails);

  gateway.recordTrails((exchange) => {
    const reason = reasonOf(exchange);
    if (reason !== undefined) exchange.set(TrailReason, reason);
    return reason !== undefined;
  });
  if (secret !== undefined) {
    // also a wrong one: what was meant for this gateway is not for backends
    gateway.hooks.onRequest.tap({ stage: Stage.Observe }, ({ outbound }) => {
      outbound.fields.delete(header);
    });
    if (reply !== 'none') tapReply(gateway, record, reply === 'record' ? maxReplyBytes : undefined);
  }
  gateway.hooks.onComplete.tap({ stage: Stage.Finish }, (exchange) => {
    if (exchange.get(TrailReason) === undefined) return;
    const written = record(exchange);
    trails.add(written);
    if (log) gateway.log.info({ trail: written }, 'decision trail');
  });
}

export default definePlugin({ name: 'decision-trail', options, setup: setUp });
