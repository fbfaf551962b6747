import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsClientTerms } from '../transport/connect.ts';
import type { UpstreamTlsConfig } from './configuration.ts';
import { defaultCiphers, keyExchangeGroups } from './listener-tls.ts';
import { readCertificates, readPem } from './pem-file.ts';

/** How one upstream of one configuration is connected to with TLS; its files are read at once. */
export class UpstreamTls {
  /** The same for the same settings and the same content of the files. */
  readonly identity: string;
  readonly #config: UpstreamTlsConfig;
  readonly #secureContext: SecureContext;

  /** @throws Error when the files cannot be used. */
  constructor(config: UpstreamTlsConfig) {
    const { ca, cert, key, passphrase } = config;
    const authorities = ca === undefined ? undefined : [ca].flat().flatMap(readCertificates);
    const shown = cert === undefined ? undefined : readCertificates(cert).join('\n');
    const secret = key === undefined ? undefined : readPem(key);
    this.#config = config;
    this.#secureContext = createSecureContext({
      ...(authorities === undefined ? {} : { ca: authorities }),
      ...(shown === undefined ? {} : { cert: shown, key: secret, passphrase }),
      ciphers: defaultCiphers,
      ecdhCurve: keyExchangeGroups,
      minVersion: 'TLSv1.2',
    });
    const content = JSON.stringify([config, authorities, shown, secret]);
    this.identity = createHash('sha256').update(content).digest('base64');
  }

  /** Terms for one backend, by its host name or address. */
  termsFor(host: string): TlsClientTerms {
    const { serverName = isIP(host) === 0 ? host : '', verify = true } = this.#config;
    return { secureContext: this.#secureContext, serverName, verifies: verify };
  }
}
