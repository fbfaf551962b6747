import { type Metric, Registry } from 'prom-client';
import type { Family } from './family.ts';

/** The text of all families; of several with one name the first counts. */
export async function expose(
  families: Iterable<Family>,
): Promise<{ readonly contentType: string; readonly text: string }> {
  const registry = new Registry();
  for (const family of families) {
    if (registry.getSingleMetric(family.name) === undefined) registry.registerMetric(metricOf(family));
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** `get` is all that a registry asks of a metric; those of prom-client count by themselves, ours have counted already. */
function metricOf(family: Family): Metric {
  return { name: family.name, get: () => family } as unknown as Metric;
}
