import type { z } from 'zod';
import type { Backend, BackendOverride, Upstream } from '../../../core/index.ts';
import { type ApiAnswer, ApiProblem, answerJson } from '../message.ts';
import type { Call, Operation } from '../operation.ts';
import * as schemas from '../schemas.ts';
import { backendState, upstreamState } from '../upstream-states.ts';

type Change = z.output<typeof schemas.backendChange>;

function upstreamOf({ view, parameters }: Call): Upstream {
  const name = parameters['upstream']!;
  const upstream = view.control.upstreams.get(name);
  if (upstream !== undefined) return upstream;
  throw new ApiProblem(404, 'unknown_upstream', `There is no upstream ${JSON.stringify(name)}.`);
}

function backendOf(call: Call): { readonly upstream: Upstream; readonly backend: Backend } {
  const upstream = upstreamOf(call);
  const name = call.parameters['backend']!;
  const backend = upstream.backends.find((each) => each.name === name);
  if (backend !== undefined) return { upstream, backend };
  const detail = `The upstream ${JSON.stringify(upstream.name)} has no backend ${JSON.stringify(name)}.`;
  throw new ApiProblem(404, 'unknown_backend', detail);
}

function answerBackend(call: Call): ApiAnswer {
  const { upstream, backend } = backendOf(call);
  return answerJson(200, backendState(call.view, upstream, backend));
}

function overrideOf({ action, weight }: Change): BackendOverride {
  return {
    ...(action === undefined ? {} : { isDraining: action === 'drain' }),
    ...(weight === undefined ? {} : { weight: weight ?? undefined }),
  };
}

async function change(call: Call): Promise<ApiAnswer> {
  const { upstream, backend } = backendOf(call);
  await call.view.control.overrideBackend(upstream.name, backend.name, overrideOf(call.body as Change));
  return answerBackend({ ...call, view: call.viewNow() });
}

export const upstreams: readonly Operation[] = [
  {
    method: 'GET',
    path: '/upstreams',
    id: 'getUpstreams',
    about: 'Upstreams and backends as they stand now.',
    success: [{ status: 200, about: 'All of them.', schema: schemas.upstreams }],
    run: ({ view }) => {
      const all = [...view.control.upstreams.values()];
      return answerJson(200, { upstreams: all.map((upstream) => upstreamState(view, upstream)) });
    },
  },
  {
    method: 'GET',
    path: '/upstreams/{upstream}',
    id: 'getUpstream',
    about: 'One upstream as it stands now.',
    success: [{ status: 200, about: 'The upstream.', schema: schemas.upstream }],
    failures: [404],
    run: (call) => answerJson(200, upstreamState(call.view, upstreamOf(call))),
  },
  {
    method: 'GET',
    path: '/upstreams/{upstream}/backends/{backend}',
    id: 'getBackend',
    about: 'One backend as it stands now.',
    success: [{ status: 200, about: 'The backend.', schema: schemas.backend }],
    failures: [404],
    run: answerBackend,
  },
  {
    method: 'POST',
    path: '/upstreams/{upstream}/backends/{backend}',
    id: 'changeBackend',
    about: 'Drains, enables or weighs a backend; it lasts over reloads until it is changed again.',
    isChange: true,
    body: schemas.backendChange,
    success: [{ status: 200, about: 'The backend as it stands then.', schema: schemas.backend }],
    failures: [404],
    run: change,
  },
];
