import type { ConfigurationProblem } from '../errors.ts';
import { bounds, upstreamBounds } from '../limits.ts';
import { isToken } from '../message/characters.ts';
import { isOwnedByGateway } from '../message/settable-fields.ts';
import type { PluginEntry } from '../pipeline/plugin.ts';
import { findListenerTlsProblems, findUpstreamTlsProblems } from './tls-problems.ts';
import type { BackendConfig, GatewayConfig, RouteConfig, UpstreamConfig } from './configuration.ts';

/** Gathers everything that is wrong with a configuration, with its place. */
class Problems {
  readonly found: ConfigurationProblem[] = [];

  add(place: string, message: string): void {
    this.found.push({ place, message });
  }
}

const hostPattern =
  /^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$|^\[[0-9a-f:.]+\]$/i;

function quotedList(names: readonly string[]): string {
  return names.length === 0 ? '(there are none)' : names.map((name) => JSON.stringify(name)).join(', ');
}

/** Whether a number may be the weight of a backend. */
export function isWeight(weight: number): boolean {
  return Number.isInteger(weight) && weight >= 1 && weight <= 1_000_000;
}

function checkBackends(problems: Problems, place: string, upstream: UpstreamConfig): void {
  const names = new Set<string>();
  if (upstream.backends.length === 0) problems.add(`${place} › backends`, 'needs at least one backend');
  for (const [index, backend] of upstream.backends.entries()) {
    const at = `${place} › backends[${index}]`;
    const { url, weight = 1, name }: BackendConfig = typeof backend === 'string' ? { url: backend } : backend;
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || parsed.hostname === '')
      problems.add(at, `${JSON.stringify(url)} is not a URL`);
    else if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
      problems.add(at, `the scheme of ${JSON.stringify(url)} must be http or https`);
    else if (
      parsed.pathname !== '/' ||
      parsed.search !== '' ||
      parsed.username !== '' ||
      parsed.hash !== ''
    ) {
      problems.add(at, `${JSON.stringify(url)} must be a scheme, host and port only`);
    }
    if (!isWeight(weight)) {
      problems.add(`${at} › weight`, 'must be a whole number from 1 to 1,000,000');
    }
    const unique = name ?? parsed?.host ?? url;
    if (names.has(unique)) problems.add(at, `another backend is named ${JSON.stringify(unique)}`);
    names.add(unique);
  }
}

function checkRoute(
  problems: Problems,
  place: string,
  route: RouteConfig,
  upstreams: readonly string[],
): void {
  if (!upstreams.includes(route.upstream)) {
    const known = quotedList(upstreams);
    problems.add(
      `${place} › upstream`,
      `unknown upstream ${JSON.stringify(route.upstream)}, expected one of ${known}`,
    );
  }
  for (const [index, host] of (route.hosts ?? []).entries()) {
    if (!hostPattern.test(host)) {
      problems.add(`${place} › hosts[${index}]`, `${JSON.stringify(host)} is not a host name, without port`);
    }
  }
  if (route.path !== undefined && !/^\/[^*?#]*(?<=\/)\*$|^\/[^*?#]*$/.test(route.path)) {
    problems.add(`${place} › path`, `${JSON.stringify(route.path)} must begin with / and may end with /*`);
  }
  for (const name of Object.keys(route.headers ?? {})) {
    const why = isOwnedByGateway(name) ? 'is taken out of the fields before routing' : 'is not a field name';
    if (!isToken(name) || isOwnedByGateway(name)) problems.add(`${place} › headers › ${name}`, why);
  }
  for (const [index, method] of (route.methods ?? []).entries()) {
    if (!isToken(method))
      problems.add(`${place} › methods[${index}]`, `${JSON.stringify(method)} is not a method`);
  }
}

function checkPlugin(
  problems: Problems,
  place: string,
  entry: PluginEntry,
  routeNames: readonly string[],
): void {
  const { definition, options, scope } = entry;
  const at = `${place} ${definition.name}`;
  for (const name of scope?.routes ?? []) {
    if (routeNames.includes(name)) continue;
    problems.add(
      `${at} › routes`,
      `unknown route ${JSON.stringify(name)}, expected one of ${quotedList(routeNames)}`,
    );
  }
  if (definition.options === undefined) {
    if (options !== undefined) problems.add(at, 'takes no options');
    return;
  }
  const result = definition.options.safeParse(options ?? {});
  if (result.success) return;
  for (const issue of result.error.issues) {
    problems.add([at, ...pathSteps(issue.path)].join(' › '), issue.message);
  }
}

function pathSteps(path: readonly PropertyKey[]): string[] {
  const steps: string[] = [];
  for (const key of path) {
    if (typeof key === 'number' && steps.length > 0) steps.push(`${steps.pop()}[${key}]`);
    else steps.push(typeof key === 'number' ? `[${key}]` : String(key));
  }
  return steps;
}

/** They are shown, and stand in configurations. */
const entryNamePattern = /^[A-Za-z0-9._-]{1,100}$/;

function checkEntryNames(problems: Problems, plugins: readonly PluginEntry[]): void {
  const found = new Set<string>();
  for (const [index, { definition, name }] of plugins.entries()) {
    if (name === undefined) continue;
    const at = `plugins[${index}] ${definition.name} › name`;
    if (typeof name !== 'string' || !entryNamePattern.test(name))
      problems.add(at, 'must be 1 to 100 characters of A-Z a-z 0-9 . _ -');
    const unique = `${definition.name} ${name}`;
    if (found.has(unique)) problems.add(at, `another ${definition.name} is named ${JSON.stringify(name)}`);
    found.add(unique);
  }
}

function checkUnique(problems: Problems, place: string, names: readonly (string | undefined)[]): void {
  for (const [index, name] of names.entries()) {
    if (name === undefined || names.indexOf(name) === index) continue;
    problems.add(`${place}[${index}] › name`, `another route is named ${JSON.stringify(name)}`);
  }
}

/** Node.js takes a longer one for a millisecond. */
const longestTimeoutMs = 2_147_483_647;

/** Bounds are positive, finite and known by name. */
function checkBounds(problems: Problems, place: string, given: object, known: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    const at = place === '' ? name : `${place} › ${name}`;
    if (!Object.hasOwn(known, name) || value === undefined) continue;
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      problems.add(at, 'must be a positive whole number');
    else if (name.endsWith('Ms') && (value as number) > longestTimeoutMs)
      problems.add(at, 'must be at most 2,147,483,647 milliseconds');
  }
}

/** Everything that is wrong with a configuration beyond its types; empty when it can be set up. */
export function findProblems(config: GatewayConfig, plugins: readonly PluginEntry[]): ConfigurationProblem[] {
  const problems = new Problems();
  const upstreams = Object.keys(config.upstreams);
  const routeNames = config.routes.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const { drainTimeoutMs } = config;
  checkBounds(problems, 'limits', config.limits ?? {}, bounds);
  checkBounds(problems, '', { drainTimeoutMs }, { drainTimeoutMs });
  if (config.listeners.length === 0) problems.add('listeners', 'needs at least one listener');
  for (const [index, { port, tls = false }] of config.listeners.entries()) {
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      problems.add(`listeners[${index}] › port`, 'must be a whole number from 0 to 65535');
    }
    if (typeof tls === 'object')
      problems.found.push(...findListenerTlsProblems(`listeners[${index}] › tls`, tls));
  }
  for (const [name, upstream] of Object.entries<UpstreamConfig>(config.upstreams)) {
    checkBackends(problems, `upstreams › ${name}`, upstream);
    checkBounds(problems, `upstreams › ${name}`, upstream, upstreamBounds);
    problems.found.push(...findUpstreamTlsProblems(`upstreams › ${name} › tls`, upstream));
  }
  for (const [index, route] of config.routes.entries())
    checkRoute(problems, `routes[${index}]`, route, upstreams);
  checkUnique(
    problems,
    'routes',
    config.routes.map(({ name }) => name),
  );
  for (const [index, entry] of plugins.entries())
    checkPlugin(problems, `plugins[${index}]`, entry, routeNames);
  checkEntryNames(problems, plugins);
  return problems.found;
}
