import { z } from 'zod';
import { definePlugin, type ExchangeTimeouts, Stage } from '../../core/index.ts';

const bound = z.int().positive().optional();

const options = z
  .strictObject({
    connectMs: bound.describe(
      'From the choice of a backend to a connection to it, the wait in its queue included.',
    ),
    responseHeadMs: bound.describe('From the request sent to the response head complete.'),
    idleMs: bound.describe('Pause in the arrival of the response body, or in taking the request body.'),
    totalMs: bound.describe(
      'From the first byte of the request to the last of the response, retries included.',
    ),
  })
  .refine((bounds) => Object.values(bounds).some((ms) => ms !== undefined), {
    message: 'needs at least one of connectMs, responseHeadMs, idleMs and totalMs',
  });

type Bound = [name: Exclude<keyof ExchangeTimeouts, 'attemptMs'>, ms: number];

export default definePlugin({
  name: 'timeouts',
  options,
  setup({ hooks }, bounds) {
    const given = Object.entries(bounds).filter(([, ms]) => ms !== undefined) as Bound[];
    hooks.onRequest.tap({ stage: Stage.Observe }, ({ timeouts }) => {
      for (const [name, ms] of given) timeouts[name] = ms;
    });
    if (bounds.totalMs === undefined) return;
    hooks.onResponse.tap({ stage: Stage.Finish }, ({ timeouts, response, inbound }) => {
      const { status } = response!;
      const isTunnel = status === 101 || (inbound.method === 'CONNECT' && status >= 200 && status < 300);
      if (isTunnel) timeouts.totalMs = undefined; // what follows lasts as long as it likes
    });
  },
});
