import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { ConfigurationProblem } from '../errors.ts';
import type { GatewayConfig, ListenerTlsConfig, UpstreamConfig } from './configuration.ts';
import { readCertificates, readPem } from './pem-file.ts';

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

/** What is wrong with the TLS of an upstream, its files included. */
export function findUpstreamTlsProblems(
  place: string,
  { tls, backends }: UpstreamConfig,
): ConfigurationProblem[] {
  if (tls === undefined) return [];
  const problems: ConfigurationProblem[] = [];
  const add = (key: string, message: string): void => {
    problems.push({ place: `${place}${key}`, message });
  };
  const isUsed = backends.some((each) => /^https:/i.test(typeof each === 'string' ? each : each.url));
  if (!isUsed) add('', 'has no effect, as no backend begins with https://');
  const { ca, cert, key, serverName, passphrase } = tls;
  for (const file of [ca ?? []].flat())
    for (const message of reasonOf(() => readCertificates(file))) add(' › ca', message);
  if (serverName !== undefined && (isIP(serverName) !== 0 || !/^[a-z0-9_.-]+$/i.test(serverName)))
    add(' › serverName', `${JSON.stringify(serverName)} is not a host name`);
  if ((cert === undefined) !== (key === undefined)) add('', 'needs both cert and key, or none of them');
  else if (cert !== undefined && key !== undefined)
    for (const message of reasonOf(() => checkPair(cert, key, passphrase))) add(' › key', message);
  return problems;
}

function checkPair(certFile: string, keyFile: string, passphrase: string | undefined): void {
  const [certificate] = readCertificates(certFile);
  const pem = readPem(keyFile);
  const isMatching = new X509Certificate(certificate!).checkPrivateKey(openKey(keyFile, pem, passphrase));
  if (!isMatching) throw new Error(`${keyFile} is not the key of ${certFile}`);
}

function openKey(file: string, key: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    if (!key.includes('ENCRYPTED')) throw new Error(`${file} has no private key in PEM`);
    const why =
      passphrase === undefined ? `${file} is encrypted and needs a` : `${file} is not opened by the`;
    throw new Error(`${why} passphrase`);
  }
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
