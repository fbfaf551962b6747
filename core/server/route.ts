import { parseAuthority } from '../message/authority.ts';
import type { InboundRequest, RouteInfo } from '../pipeline/exchange.ts';
import type { RouteCondition } from '../pipeline/route-verdict.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { RouteConfig, TextMatch } from './configuration.ts';

function matches(expected: TextMatch, actual: string | undefined): boolean {
  if (actual === undefined) return false;
  // search and not test: with the flag g or y the latter would go on where it stood
  return typeof expected === 'string' ? actual === expected : actual.search(expected) >= 0;
}

/** As a request's hostname is spelled. */
function hostnameOf(host: string): string {
  return host.startsWith('[') ? parseAuthority(host).hostname : host.toLowerCase();
}

/** One route, its conditions other than host and path ready to be asked. */
export class Route implements RouteInfo {
  readonly name: string | undefined;
  readonly upstream: Upstream;
  readonly hosts: readonly string[];
  readonly path: string | undefined;
  readonly #methods: ReadonlySet<string> | undefined;
  readonly #headers: [string, TextMatch][];
  readonly #query: [string, TextMatch][];
  /** Place in the configuration: the last of the tie-breakers. */
  readonly position: number;

  constructor(config: RouteConfig, upstream: Upstream, position: number) {
    this.name = config.name;
    this.upstream = upstream;
    this.hosts = (config.hosts ?? []).map(hostnameOf);
    this.path = config.path;
    this.#methods = config.methods === undefined ? undefined : new Set(config.methods);
    this.#headers = Object.entries(config.headers ?? {});
    this.#query = Object.entries(config.query ?? {});
    this.position = position;
  }

  /** Conditions beside host and path, in the order of precedence of HTTPRoute. */
  get precedence(): readonly [methods: number, headers: number, query: number] {
    return [this.#methods === undefined ? 0 : 1, this.#headers.length, this.#query.length];
  }

  /** True when nothing but host and path has to match. */
  get isUnconditional(): boolean {
    return this.precedence.every((count) => count === 0);
  }

  /** Whether the conditions beside host and path hold. CONNECT must be asked for by name. */
  accepts(request: InboundRequest): boolean {
    if (this.#methods === undefined ? request.method === 'CONNECT' : !this.#methods.has(request.method))
      return false;
    for (const [name, expected] of this.#headers) {
      if (!request.fields.getAll(name).some((value) => matches(expected, value))) return false;
    }
    return this.#query.length === 0 || this.#acceptsQuery(request.query);
  }

  /** The conditions beside host and path, each held against the request. */
  conditionsFor(request: InboundRequest): RouteCondition[] {
    const { method } = request;
    const parameters = new URLSearchParams(request.query);
    const conditions: RouteCondition[] = [];
    if (this.#methods !== undefined || method === 'CONNECT') {
      const expected =
        this.#methods === undefined ? 'another one: CONNECT must be named' : [...this.#methods].join(', ');
      const holds = this.#methods?.has(method) === true;
      conditions.push({ kind: 'method', name: undefined, expected, actual: method, holds });
    }
    for (const [name, expected] of this.#headers) {
      const values = request.fields.getAll(name);
      const actual = values.length === 0 ? undefined : values.join(', ');
      const holds = values.some((value) => matches(expected, value));
      conditions.push({ kind: 'header', name, expected: String(expected), actual, holds });
    }
    for (const [name, expected] of this.#query) {
      const actual = parameters.get(name) ?? undefined;
      const holds = matches(expected, actual);
      conditions.push({ kind: 'query', name, expected: String(expected), actual, holds });
    }
    return conditions;
  }

  #acceptsQuery(query: string | undefined): boolean {
    if (query === undefined) return false;
    const parameters = new URLSearchParams(query);
    return this.#query.every(([name, expected]) => matches(expected, parameters.get(name) ?? undefined));
  }
}
