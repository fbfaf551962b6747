import { createSecureContext } from 'node:tls';
import type { ConfigurationProblem } from '../errors.ts';
import type { GatewayConfig, ListenerTlsConfig } from './configuration.ts';
import { readCertificates } from './pem-file.ts';

const verifies = new Set<unknown>(['request', 'require']);
const modes = new Set<unknown>(['off', ...verifies]);
const versions = new Set<unknown>(['TLSv1.2', 'TLSv1.3']);

const reasonOf = (check: () => void): string[] => {
  try {
    check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
};

/** What is wrong with the TLS of a listener, its files included. */
export function findListenerTlsProblems(place: string, tls: ListenerTlsConfig): ConfigurationProblem[] {
  const { clientCertificate = 'off', clientCa, minVersion = 'TLSv1.2', ciphers } = tls;
  const problems: ConfigurationProblem[] = [];
  const add = (key: string, message: string): void => {
    problems.push({ place: `${place} › ${key}`, message });
  };
  if (!modes.has(clientCertificate)) add('clientCertificate', 'must be "off", "request" or "require"');
  if (!versions.has(minVersion)) add('minVersion', 'must be "TLSv1.2" or "TLSv1.3"');
  if (verifies.has(clientCertificate) && [clientCa ?? []].flat().length === 0)
    add('clientCa', `is needed to verify the certificates that clientCertificate ${clientCertificate}s`);
  if (!verifies.has(clientCertificate) && clientCa !== undefined)
    add('clientCa', 'has no effect without clientCertificate "request" or "require"');
  for (const file of [clientCa ?? []].flat())
    for (const message of reasonOf(() => readCertificates(file))) add('clientCa', message);
  if (ciphers !== undefined && reasonOf(() => createSecureContext({ ciphers, ca: [] })).length > 0)
    add('ciphers', `${JSON.stringify(ciphers)} has no cipher suite that OpenSSL knows`);
  return problems;
}

/** Listeners that speak TLS where nobody has certificates for them. */
export function findListenersWithoutCertificates({ listeners }: GatewayConfig): ConfigurationProblem[] {
  return [...listeners.entries()]
    .filter(([, { tls = false }]) => tls !== false)
    .map(([index]) => ({
      place: `listeners[${index}] › tls`,
      message: 'no plugin provides certificates, list "tls-certs" or "self-signed"',
    }));
}
