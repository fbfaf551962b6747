import { answerJson } from '../message.ts';
import type { Operation } from '../operation.ts';
import * as schemas from '../schemas.ts';
import { upstreamState } from '../upstream-states.ts';
import type { GatewayView } from '../view.ts';

function reasonsAgainst(view: GatewayView): string[] {
  const { control, requiredUpstreams } = view;
  const lacking = requiredUpstreams.filter((name) => {
    const upstream = control.upstreams.get(name);
    return upstream === undefined || upstreamState(view, upstream).usableBackends === 0;
  });
  return [
    ...(control.generation === 0 ? ['the gateway is starting'] : []),
    ...(control.isClosing ? ['the gateway is closing'] : []),
    ...lacking.map((name) => `the upstream ${name} has no usable backend`),
  ];
}

export const probes: readonly Operation[] = [
  {
    method: 'GET',
    path: '/health',
    id: 'getHealth',
    about: 'Whether the process lives.',
    isProbe: true,
    success: [{ status: 200, about: 'It does.', schema: schemas.health }],
    run: () => answerJson(200, { status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/ready',
    id: 'getReady',
    about: 'Whether the gateway takes requests.',
    isProbe: true,
    success: [
      { status: 200, about: 'It does.', schema: schemas.readiness },
      { status: 503, about: 'It does not.', schema: schemas.readiness },
    ],
    run: ({ view, isAuthorized }) => {
      const reasons = reasonsAgainst(view);
      const isReady = reasons.length === 0;
      const status = isReady ? 'ready' : 'unready';
      return answerJson(isReady ? 200 : 503, { status, reasons: isAuthorized ? reasons : [] });
    },
  },
];
