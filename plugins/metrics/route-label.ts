import type { RouteInfo } from '../../core/index.ts';

/** Name of a route, or else its path, or else its place in the configuration; empty when no route matched. */
export function routeLabel(route: RouteInfo | undefined): string {
  if (route === undefined) return '';
  return route.name ?? route.path ?? `routes[${route.position}]`;
}
