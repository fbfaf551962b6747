import type { InboundRequest } from '../pipeline/exchange.ts';
import type { RouteCondition, RouteVerdict } from '../pipeline/route-verdict.ts';
import type { Route } from './route.ts';

/** So many routes are told of; a configuration may have thousands. */
const maxVerdicts = 50;

function isHost(pattern: string, hostname: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === hostname;
  return hostname.length >= pattern.length && hostname.endsWith(pattern.slice(1));
}

function isPath(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return pattern === path;
  const prefix = pattern.slice(0, -2);
  return prefix === '' || path === prefix || path.startsWith(`${prefix}/`);
}

/** The most specific of the route's hosts that matches; undefined for none. */
function hostOf(route: Route, hostname: string): string | undefined {
  const matching = route.hosts.filter((host) => isHost(host, hostname));
  return matching.sort((a, b) => hostRank(b) - hostRank(a))[0];
}

function hostRank(host: string | undefined): number {
  if (host === undefined) return -1;
  return host.startsWith('*.') ? host.length : Infinity;
}

function pathRank(path: string | undefined): number {
  if (path === undefined) return 0;
  return path.endsWith('/*') ? path.length - 2 : Infinity;
}

function conditionsOf(route: Route, request: InboundRequest): RouteCondition[] {
  const { hostname, routingPath } = request;
  const conditions: RouteCondition[] = [];
  if (route.hosts.length > 0) {
    const host = hostOf(route, hostname);
    const expected = host ?? route.hosts.join(', ');
    conditions.push({ kind: 'host', name: undefined, expected, actual: hostname, holds: host !== undefined });
  }
  if (route.path !== undefined) {
    const holds = isPath(route.path, routingPath);
    conditions.push({ kind: 'path', name: undefined, expected: route.path, actual: routingPath, holds });
  }
  return [...conditions, ...route.conditionsFor(request)];
}

const precedences = ['host', 'path', 'method', 'header', 'query', 'order'] as const;

/** Bigger comes first; in the order of `precedences`. */
function ranksOf(route: Route, hostname: string): number[] {
  return [hostRank(hostOf(route, hostname)), pathRank(route.path), ...route.precedence, -route.position];
}

function precededBy(route: Route, taken: Route, hostname: string): RouteVerdict['precededBy'] {
  const [mine, theirs] = [ranksOf(route, hostname), ranksOf(taken, hostname)];
  const at = mine.findIndex((rank, index) => rank !== theirs[index]);
  return theirs[at]! > mine[at]! ? precedences[at] : undefined;
}

/** Failed conditions; those of host and path count most, so that the nearest routes come first. */
function distance({ conditions }: RouteVerdict): number {
  const failed = conditions.filter(({ holds }) => !holds);
  return failed.reduce((sum, { kind }) => sum + (kind === 'host' ? 10_000 : kind === 'path' ? 100 : 1), 0);
}

function verdictOf(route: Route, request: InboundRequest, taken: Route | undefined): RouteVerdict {
  const conditions = conditionsOf(route, request);
  const isBeaten = route !== taken && taken !== undefined && conditions.every(({ holds }) => holds);
  return {
    route: route.name ?? `routes[${route.position}]`,
    upstream: route.upstream.name,
    isTaken: route === taken,
    conditions,
    precededBy: isBeaten ? precededBy(route, taken, request.hostname) : undefined,
  };
}

/**
 * Says of each route why it was taken or not: the taken one first, then those that match, then the others from the
 * nearest; at most 50.
 */
export function judgeRoutes(
  routes: readonly Route[],
  request: InboundRequest,
  taken: Route | undefined,
): RouteVerdict[] {
  const verdicts = routes.map((route) => verdictOf(route, request, taken));
  const placed = verdicts.map((verdict) => [verdict.isTaken ? -1 : distance(verdict), verdict] as const);
  return placed
    .sort(([a], [b]) => a - b)
    .slice(0, maxVerdicts)
    .map(([, verdict]) => verdict);
}
