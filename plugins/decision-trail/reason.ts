import type { Exchange } from '../../core/index.ts';
import { createSecretCheck } from './secret.ts';

/** The request knew the secret, or chance chose it. */
export type Reason = 'secret' | 'sample';

interface Wanted {
  readonly secret: string | undefined;
  readonly header: string;
  readonly share: number;
}

/** Decides why an exchange gets a record, or that it gets none; `random` gives numbers from 0 up to 1. */
export function createReasons(
  { secret, header, share }: Wanted,
  random: () => number = Math.random,
): (exchange: Pick<Exchange, 'inbound'>) => Reason | undefined {
  const isSecret = secret === undefined ? () => false : createSecretCheck(secret);
  return ({ inbound }) => {
    const given = inbound.fields.get(header);
    if (given !== undefined && isSecret(given)) return 'secret';
    return share > 0 && random() < share ? 'sample' : undefined;
  };
}
