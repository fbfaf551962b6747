import type { InboundRequest } from '../pipeline/exchange.ts';
import type { Route } from './route.ts';

/** The routes of one host pattern, found by path. */
class PathTable {
  readonly #exact = new Map<string, Route[]>();
  readonly #prefixes = new Map<string, Route[]>();
  #longestPrefix = 0;

  add(route: Route): void {
    const { path } = route;
    if (path?.endsWith('/*') === true) this.#longestPrefix = Math.max(this.#longestPrefix, path.length - 2);
    if (path === undefined || path === '/*') PathTable.#push(this.#prefixes, '', route);
    else if (path.endsWith('/*')) PathTable.#push(this.#prefixes, path.slice(0, -2), route);
    else PathTable.#push(this.#exact, path, route);
  }

  /** Exact path first, then prefixes from the longest, by whole segments. */
  find(request: InboundRequest): Route | undefined {
    const { routingPath: path } = request;
    const exact = this.#exact.size === 0 ? undefined : first(this.#exact.get(path), request);
    if (exact !== undefined) return exact;
    if (this.#prefixes.size > 1 || !this.#prefixes.has('')) {
      for (let end = this.#longestEnd(path); end > 0; end = path.lastIndexOf('/', end - 1)) {
        const found = first(this.#prefixes.get(end === path.length ? path : path.slice(0, end)), request);
        if (found !== undefined) return found;
      }
    }
    return first(this.#prefixes.get(''), request);
  }

  /** Where the longest prefix that can match ends, so that a long path costs no more than the routes are long. */
  #longestEnd(path: string): number {
    return path.length <= this.#longestPrefix ? path.length : path.lastIndexOf('/', this.#longestPrefix);
  }

  /** Brings routes of the same path into the order in which they are asked. */
  sort(): void {
    for (const routes of [...this.#exact.values(), ...this.#prefixes.values()]) routes.sort(byPrecedence);
  }

  static #push(table: Map<string, Route[]>, key: string, route: Route): void {
    const routes = table.get(key);
    if (routes === undefined) table.set(key, [route]);
    else routes.push(route);
  }
}

function byPrecedence(a: Route, b: Route): number {
  const [methodsA, headersA, queryA] = a.precedence;
  const [methodsB, headersB, queryB] = b.precedence;
  return methodsB - methodsA || headersB - headersA || queryB - queryA || a.position - b.position;
}

function first(routes: Route[] | undefined, request: InboundRequest): Route | undefined {
  if (routes === undefined) return undefined;
  for (const route of routes) if (route.accepts(request)) return route;
  return undefined;
}

/**
 * Finds the route of a request by the rules and precedence of the Gateway API's HTTPRoute: the most specific host
 * that has a matching route, then exact path, longest prefix, method, most headers, most query parameters, and
 * the order of the configuration.
 */
export class Router {
  readonly #exactHosts = new Map<string, PathTable>();
  readonly #wildcardHosts = new Map<string, PathTable>();
  #anyHost: PathTable | undefined;

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (route.hosts.length === 0) this.#tableOf('*').add(route);
      for (const host of route.hosts) this.#tableOf(host).add(route);
    }
    for (const table of [...this.#exactHosts.values(), ...this.#wildcardHosts.values()]) table.sort();
    this.#anyHost?.sort();
  }

  find(request: InboundRequest): Route | undefined {
    const { hostname } = request;
    const exact = this.#exactHosts.size === 0 ? undefined : this.#exactHosts.get(hostname)?.find(request);
    if (exact !== undefined) return exact;
    if (this.#wildcardHosts.size > 0) {
      for (let dot = hostname.indexOf('.'); dot > 0; dot = hostname.indexOf('.', dot + 1)) {
        const found = this.#wildcardHosts.get(hostname.slice(dot + 1))?.find(request);
        if (found !== undefined) return found;
      }
    }
    return this.#anyHost?.find(request);
  }

  #tableOf(host: string): PathTable {
    if (host === '*') return (this.#anyHost ??= new PathTable());
    const isWildcard = host.startsWith('*.');
    const tables = isWildcard ? this.#wildcardHosts : this.#exactHosts;
    const key = isWildcard ? host.slice(2) : host;
    const table = tables.get(key) ?? new PathTable();
    tables.set(key, table);
    return table;
  }
}
