import type { Logger } from '../../core/index.ts';
import { z } from 'zod';
import type { Access } from './access.ts';
import { type ApiAnswer, ApiProblem, type ApiRequest } from './message.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations/index.ts';
import type { GatewayView } from './view.ts';

const maxBodyBytes = 65_536;

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The parameters of a path that fits the template. */
function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names = template.split('/');
  const parts = path.split('/');
  if (names.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = decoded(parts[index]!);
    if (part === undefined) return undefined;
    if (name.startsWith('{')) parameters[name.slice(1, -1)] = part;
    else if (name !== part) return undefined;
  }
  return parameters;
}

interface Found {
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
}

function findAll(path: string): Found[] {
  return operations.flatMap((operation) => {
    const parameters = matchPath(operation.path, path);
    return parameters === undefined ? [] : [{ operation, parameters }];
  });
}

/** HEAD is answered like GET, but it must not change anything (RFC 9110 9.2.1). */
function accepts({ method: own, isChange }: Operation, method: string): boolean {
  return own === method || (method === 'HEAD' && own === 'GET' && isChange !== true);
}

function whyNotFound(all: readonly Found[], { method, path }: ApiRequest): ApiProblem {
  if (all.length === 0) return new ApiProblem(404, 'not_found', `There is no ${path} here.`);
  const allowed = ['GET', 'HEAD', 'POST'].filter((each) =>
    all.some((found) => accepts(found.operation, each)),
  );
  const detail = `${path} does not take ${method}.`;
  return new ApiProblem(405, 'method_not_allowed', detail, { fields: { Allow: allowed.join(', ') } });
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.map(String).join(' › ');
}

async function readJson(request: ApiRequest, schema: z.ZodType): Promise<unknown> {
  const type = request.field('content-type')?.split(';')[0]!.trim().toLowerCase();
  if (type !== 'application/json')
    throw new ApiProblem(415, 'unsupported_media_type', 'The body must be application/json.');
  const bytes = await request.readBody(maxBodyBytes);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw new ApiProblem(400, 'malformed_json', 'The body is not JSON.');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => ({ place: placeOf(path), message }));
  throw new ApiProblem(422, 'invalid_body', 'The body is not what is expected.', { problems });
}

/** What a router needs of the configuration that it belongs to. */
export interface RouterParts {
  readonly access: Access;
  readonly log: Logger;
  /** Undefined until there is a gateway that runs. */
  readonly view: () => GatewayView | undefined;
}

/** The API: from a request to its answer. */
export class Router {
  readonly #access: Access;
  readonly #log: Logger;
  readonly #view: RouterParts['view'];

  constructor({ access, log, view }: RouterParts) {
    this.#access = access;
    this.#log = log;
    this.#view = view;
  }

  /** Never rejects, except with what `readBody` rejects with. */
  async answer(request: ApiRequest): Promise<ApiAnswer> {
    try {
      return await this.#run(request);
    } catch (error) {
      if (error instanceof ApiProblem) return error.answer;
      this.#log.error({ err: error, path: request.path }, 'the admin API failed');
      return new ApiProblem(500, 'internal_error', 'The gateway failed.').answer;
    }
  }

  async #run(request: ApiRequest): Promise<ApiAnswer> {
    const all = findAll(request.path);
    const found = all.find(({ operation }) => accepts(operation, request.method));
    const isAuthorized = this.#access.admit(request, found?.operation);
    if (found === undefined) throw whyNotFound(all, request);
    const view = this.#view();
    if (view === undefined) throw new ApiProblem(503, 'not_in_service', 'This needs a gateway that runs.');
    const { operation, parameters } = found;
    const body = operation.body === undefined ? undefined : await readJson(request, operation.body);
    const query = new URLSearchParams(request.query);
    if (operation.isChange === true)
      this.#log.info({ client: request.client, path: request.path, body }, `admin: ${operation.id}`);
    const viewNow = (): GatewayView => this.#view() ?? view;
    return operation.run({ view, viewNow, base: request.base, parameters, query, body, isAuthorized });
  }
}
