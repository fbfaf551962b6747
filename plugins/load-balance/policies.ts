import { ByKey } from './by-key.ts';
import { keyFrom } from './hash-key.ts';
import { LeastRequests } from './least-requests.ts';
import { Maglev } from './maglev.ts';
import type { PolicyName } from './options.ts';
import { PeakEwma } from './peak-ewma.ts';
import type { Picker, PickerParts, Policy } from './picker.ts';
import { PowerOfTwo } from './power-of-two.ts';
import { RandomChoice } from './random.ts';
import { RingHash } from './ring-hash.ts';
import { RoundRobin } from './round-robin.ts';

const standardMaxLoad = 1.25;
const standardDecayMs = 10_000;
const { random } = Math;
const now = (): number => performance.now();

const powerOfTwo = ({ upstream, weightOf }: PickerParts): Picker =>
  new PowerOfTwo(upstream.candidates, weightOf, random);

/** Every policy by the name it has in configurations. */
export const policies: Readonly<Record<PolicyName, Policy>> = {
  'round-robin': ({ upstream, weightOf, retain }) => new RoundRobin(upstream.candidates, retain, weightOf),
  random: ({ upstream, weightOf }) => new RandomChoice(upstream.candidates, weightOf, random),
  'least-requests': ({ weightOf }) => new LeastRequests(weightOf, random),
  'power-of-two': powerOfTwo,
  'peak-ewma': ({ upstream, weightOf, settings, retain }) => {
    const { decayMs = standardDecayMs } = settings;
    return new PeakEwma(upstream.candidates, weightOf, { decayMs, random, now }, retain);
  },
  'ring-hash': (parts) => {
    const { by = 'client-address', maxLoad = standardMaxLoad } = parts.settings.hash ?? {};
    const bound = maxLoad === false ? Infinity : maxLoad;
    return new ByKey(
      keyFrom(by),
      new RingHash(parts.upstream.backends, bound, parts.slowStart),
      powerOfTwo(parts),
    );
  },
  maglev: (parts) => {
    const { by = 'client-address' } = parts.settings.hash ?? {};
    return new ByKey(keyFrom(by), new Maglev(parts.upstream.backends, parts.slowStart), powerOfTwo(parts));
  },
};
