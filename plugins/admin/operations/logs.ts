import { z } from 'zod';
import { DecisionTrails } from '../../decision-trail/tokens.ts';
import { type Incident, Incidents } from '../../error-log/tokens.ts';
import { type ApiAnswer, ApiProblem, answerJson } from '../message.ts';
import type { Call, Operation, QueryParameter } from '../operation.ts';
import * as schemas from '../schemas.ts';

const limitSchema = z.coerce.number().int().min(1).max(1_000);

const limit: QueryParameter = {
  name: 'limit',
  about: 'So many at most, newest first; default: 100.',
  schema: z.int().min(1).max(1_000),
};

function limitOf({ query }: Call): number {
  const result = limitSchema.safeParse(query.get('limit') ?? 100);
  if (result.success) return result.data;
  throw new ApiProblem(400, 'invalid_limit', '"limit" must be a whole number from 1 to 1,000.');
}

/** The members that it tells, of which some are computed. */
function incidentOf(incident: Incident): Incident {
  const { number, code, upstream, backend, plugin, hook, causes, exchange } = incident;
  const { openedAt, lastAt, failures, madeGood, closedAt, closedBy } = incident;
  const source = { upstream, backend, plugin, hook };
  return {
    number,
    code,
    ...source,
    causes,
    exchange,
    openedAt,
    lastAt,
    failures,
    madeGood,
    closedAt,
    closedBy,
  };
}

function findTrail({ view, parameters }: Call): ApiAnswer {
  const record = view.use(DecisionTrails)?.find(parameters['exchange']!);
  if (record !== undefined) return answerJson(200, record);
  throw new ApiProblem(404, 'unknown_exchange', 'There is no trail of that exchange.');
}

function setLevel({ view: { control }, body }: Call): ApiAnswer {
  control.logLevel = (body as z.output<typeof schemas.logLevel>).level;
  return answerJson(200, { level: control.logLevel });
}

export const logs: readonly Operation[] = [
  {
    method: 'GET',
    path: '/log-level',
    id: 'getLogLevel',
    about: 'The least level that is logged.',
    success: [{ status: 200, about: 'The level.', schema: schemas.logLevel }],
    run: ({ view }) => answerJson(200, { level: view.control.logLevel }),
  },
  {
    method: 'POST',
    path: '/log-level',
    id: 'setLogLevel',
    about: 'Sets the least level that is logged, until a configuration sets another.',
    isChange: true,
    body: schemas.logLevel,
    success: [{ status: 200, about: 'The level.', schema: schemas.logLevel }],
    run: setLevel,
  },
  {
    method: 'GET',
    path: '/errors',
    id: 'getErrors',
    about: 'The incidents that error-log knows, the latest first; none when it is not listed.',
    query: [limit],
    success: [{ status: 200, about: 'The incidents.', schema: schemas.errors }],
    failures: [400],
    run: (call) => {
      const incidents = call.view.use(Incidents)?.recent ?? [];
      return answerJson(200, { errors: incidents.slice(0, limitOf(call)).map(incidentOf) });
    },
  },
  {
    method: 'GET',
    path: '/trails',
    id: 'getTrails',
    about: 'What decision-trail wrote last; none when it is not listed.',
    query: [limit],
    success: [{ status: 200, about: 'The records.', schema: schemas.trails }],
    failures: [400],
    run: (call) => {
      const trails = call.view.use(DecisionTrails)?.recent() ?? [];
      return answerJson(200, { trails: trails.slice(0, limitOf(call)) });
    },
  },
  {
    method: 'GET',
    path: '/trails/{exchange}',
    id: 'getTrail',
    about: 'What decision-trail wrote of one exchange.',
    success: [{ status: 200, about: 'The record.', schema: schemas.trail }],
    failures: [404],
    run: findTrail,
  },
];
