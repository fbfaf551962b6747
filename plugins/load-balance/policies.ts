import type { Policy } from './picker.ts';
import { Rotation, RoundRobin } from './round-robin.ts';

/** Every policy by the name it has in configurations. */
export const policies = {
  'round-robin': ({ name, backends }, gateway) =>
    new RoundRobin(
      backends,
      gateway.retain(`round-robin:${name}`, () => new Rotation()),
    ),
} as const satisfies Record<string, Policy>;
