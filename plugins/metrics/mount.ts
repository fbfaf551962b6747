import { type Exchange, type LocalResponse, type PluginHost, respond, Stage } from '../../core/index.ts';
import type { Refuse } from './readers.ts';

type Read = () => Promise<{ readonly contentType: string; readonly text: string }>;

const notAllowed = respond(405, { Allow: 'GET, HEAD' }, undefined, {
  code: 'metrics_read_only',
  detail: 'Metrics can only be read.',
});

/** Answers requests for a path with the metrics. */
export function mountMetrics({ hooks }: PluginHost, path: string, refuse: Refuse, read: Read): void {
  const answer = async (exchange: Exchange): Promise<LocalResponse> => {
    const refusal = refuse(exchange);
    if (refusal !== undefined) return refusal;
    const { method } = exchange.inbound;
    if (method !== 'GET' && method !== 'HEAD') return notAllowed;
    const { contentType, text } = await read();
    const fields = { 'Content-Type': contentType, 'Cache-Control': 'no-store' };
    return respond(200, fields, text);
  };
  hooks.onRequest.tapPromise({ stage: Stage.Guard }, (exchange) =>
    exchange.inbound.routingPath === path ? answer(exchange) : undefined,
  );
}
