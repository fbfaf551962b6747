import { type Logger, parseAuthority } from '../../core/index.ts';
import { isLoopbackHost } from './addresses.ts';
import type { Failures } from './failures.ts';
import { ApiProblem, type ApiRequest } from './message.ts';
import type { Operation } from './operation.ts';
import { bearerOf, createTokenCheck } from './token.ts';

export interface AccessRules {
  /** Who shows it may do everything; undefined: nobody has to. */
  readonly token?: string | undefined;
  /** Names beside those of loopback under which the API may be asked without a token, in lower case. */
  readonly hosts: readonly string[];
  /** Probes need no token. */
  readonly openProbes: boolean;
}

function hostnameOf(authority: string): string {
  try {
    return parseAuthority(authority).hostname;
  } catch {
    return '';
  }
}

function unauthorized(detail: string, error = ''): ApiProblem {
  const fields = { 'WWW-Authenticate': `Bearer realm="hookway admin"${error}` };
  return new ApiProblem(401, 'unauthorized', detail, { fields });
}

function refuseBrowser(): never {
  const detail = 'A page of another site must not change anything here.';
  throw new ApiProblem(403, 'cross_site', detail);
}

/** Whether the page that a browser asks for is of the same origin; also when no browser asks. */
function isSameOrigin({ field, authority }: ApiRequest): boolean {
  const site = field('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const origin = field('origin');
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === authority.toLowerCase();
}

/** A link or an image is enough for a browser to send a GET, and old ones do not say on whose behalf. */
function isFromBrowser({ field }: ApiRequest): boolean {
  return ['sec-fetch-site', 'origin', 'referer'].some((name) => field(name) !== undefined);
}

/** Decides who may do what. */
export class Access {
  readonly #isToken: ((given: string) => boolean) | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #openProbes: boolean;
  readonly #failures: Failures;
  readonly #log: Logger;

  constructor({ token, hosts, openProbes }: AccessRules, failures: Failures, log: Logger) {
    this.#isToken = token === undefined ? undefined : createTokenCheck(token);
    this.#hosts = new Set(hosts);
    this.#openProbes = openProbes;
    this.#failures = failures;
    this.#log = log;
  }

  /**
   * Lets a request pass, and tells whether it has shown what it takes to see everything. `operation` is undefined for
   * what is not there, which only those may know who may ask.
   * @throws ApiProblem when it must not pass.
   */
  admit(request: ApiRequest, operation: Operation | undefined): boolean {
    const problem = this.#isToken === undefined ? this.#judgeHost(request) : this.#judgeToken(request);
    if (problem !== undefined && !(operation?.isProbe === true && this.#openProbes)) throw problem;
    if (operation?.isChange === true) {
      if (!isSameOrigin(request)) refuseBrowser();
      if (operation.method === 'GET' && isFromBrowser(request)) refuseBrowser();
    }
    return problem === undefined;
  }

  /** A name that leads here by a stranger's DNS makes a browser take the stranger's page for one of ours. */
  #judgeHost({ authority }: ApiRequest): ApiProblem | undefined {
    const hostname = hostnameOf(authority);
    if (isLoopbackHost(hostname.replace(/^\[(.*)\]$/, '$1')) || this.#hosts.has(hostname)) return undefined;
    const detail = `Without a token this is for localhost only, not for the host ${JSON.stringify(authority)}.`;
    return new ApiProblem(403, 'host_denied', detail);
  }

  #judgeToken({ client, field }: ApiRequest): ApiProblem | undefined {
    const given = bearerOf(field('authorization'));
    if (given === undefined) return unauthorized('A token is needed: send it as Authorization: Bearer.');
    const waitMs = this.#failures.waitMs(client);
    if (waitMs > 0) {
      const fields = { 'Retry-After': String(Math.ceil(waitMs / 1000)) };
      return new ApiProblem(429, 'too_many_failures', 'Too many wrong tokens were sent.', { fields });
    }
    if (this.#isToken!(given)) return undefined;
    const count = this.#failures.note(client);
    if (count === 1 || this.#failures.waitMs(client) > 0) this.#log.warn({ client, count }, 'wrong token');
    return unauthorized('The token is wrong.', ', error="invalid_token"');
  }
}
