import { effectiveConfiguration } from '../effective-configuration.ts';
import { answerJson } from '../message.ts';
import type { Operation } from '../operation.ts';
import * as schemas from '../schemas.ts';
import { show } from '../mask.ts';
import type { GatewayView } from '../view.ts';

function versionOf({ control }: GatewayView): object {
  const { startedAt, lastReload } = control;
  return {
    version: control.version,
    node: process.version,
    pid: process.pid,
    startedAt,
    uptimeSeconds: Math.floor((Date.now() - startedAt.getTime()) / 1000),
    generation: control.generation,
    retiredGenerations: control.retiredGenerations,
    lastReload:
      lastReload === undefined
        ? null
        : {
            at: lastReload.at,
            generation: lastReload.generation,
            isAccepted: lastReload.error === undefined,
            error: lastReload.error?.message ?? null,
          },
    addresses: control.addresses,
    openConnections: control.openConnections,
    activeExchanges: control.activeExchanges,
  };
}

export const gateway: readonly Operation[] = [
  {
    method: 'GET',
    path: '/version',
    id: 'getVersion',
    about: 'Version, generation, last reload, and how busy the gateway is.',
    success: [{ status: 200, about: 'As of now.', schema: schemas.version }],
    run: ({ view }) => answerJson(200, versionOf(view)),
  },
  {
    method: 'GET',
    path: '/config',
    id: 'getConfig',
    about: 'The configuration in service with its defaults, secrets masked.',
    success: [{ status: 200, about: 'The configuration.', schema: schemas.configuration }],
    run: ({ view }) => answerJson(200, effectiveConfiguration(view.control)),
  },
  {
    method: 'GET',
    path: '/routes',
    id: 'getRoutes',
    about: 'The routes in the order of the configuration.',
    success: [{ status: 200, about: 'The routes.', schema: schemas.routes }],
    run: ({ view }) => answerJson(200, { routes: show(view.control.configuration.routes) }),
  },
];
