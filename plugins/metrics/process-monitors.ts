import type { PluginHost } from '../../core/index.ts';
import { EventLoopDelay, eventLoopTime } from './event-loop.ts';
import type { Family } from './family.ts';
import { GarbageCollections } from './garbage-collections.ts';
import { processFamilies } from './process-families.ts';

/** What is measured of the process, from the moment on at which the configuration goes into service. */
export function monitorProcess({ retain, onStart }: PluginHost): () => Promise<Family[]> {
  const delay = retain(
    'event-loop-delay',
    () => new EventLoopDelay(),
    (held) => held.stop(),
  );
  const collections = retain(
    'garbage-collections',
    () => new GarbageCollections(),
    (held) => held.stop(),
  );
  onStart(() => {
    delay.start();
    collections.start();
  });
  return async () => [
    ...delay.families(),
    ...eventLoopTime(),
    ...collections.families(),
    ...(await processFamilies()),
  ];
}
