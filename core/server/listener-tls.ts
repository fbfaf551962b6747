import { constants, createHash } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsTerms } from '../transport/tls-socket.ts';
import { type CertificateSource, findCertificate, type ServerCertificate } from './certificates.ts';
import type { ListenerTlsConfig } from './configuration.ts';
import { readCertificates } from './pem-file.ts';
import { ticketKeys } from './ticket-keys.ts';

/** Forward secrecy and authenticated encryption only: Mozilla's intermediate list without DHE. */
export const defaultCiphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

const groups = 'X25519:P-256:P-384:P-521';

const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number);

/**
 * Hybrid post-quantum key exchange where OpenSSL has it, by its version: to try leaves an error behind in Node.js 20, which
 * the next key that is read stumbles over. Finite fields nowhere, they are slow to compute.
 */
export const keyExchangeGroups =
  major > 3 || (major === 3 && minor >= 5) ? `X25519MLKEM768:${groups}` : groups;

const sessionTimeoutSeconds = 7_200;

/** What is announced to clients (RFC 7301), the preferred protocol first. */
const protocols = encodeProtocols(['http/1.1']);

function encodeProtocols(names: readonly string[]): Buffer {
  return Buffer.concat(names.map((name) => Buffer.from([name.length, ...Buffer.from(name)])));
}

interface CachedContext {
  readonly context: SecureContext;
  readonly ticketKey: Buffer;
}

/** What one listener of one configuration brings to handshakes. */
export class ListenerTls {
  readonly #config: ListenerTlsConfig;
  readonly #sources: readonly CertificateSource[];
  readonly #clientCa: readonly string[];
  readonly #sessionIdContext: string;
  /** The same for what clients are let in by, which certificates of the server are no part of. */
  readonly identity: string;
  readonly #contexts = new WeakMap<ServerCertificate, CachedContext>();
  /** Stands for having none: OpenSSL then tells the client that nothing fits (alert 40). */
  readonly #noCertificate: ServerCertificate = { chains: [] };

  /** @throws Error when the files or the ciphers cannot be used. */
  constructor(config: ListenerTlsConfig, sources: readonly CertificateSource[]) {
    this.#config = config;
    this.#sources = sources;
    this.#clientCa = [config.clientCa ?? []].flat().flatMap(readCertificates);
    this.#sessionIdContext = this.#identityOfClients();
    const { minVersion, ciphers } = config;
    this.identity = JSON.stringify([this.#sessionIdContext, minVersion, ciphers]);
    this.#contextOf(this.#noCertificate);
  }

  /** Terms for a client that asks for that name; at once unless a source has to make the certificate. */
  termsFor(serverName: string | undefined): TlsTerms | Promise<TlsTerms> {
    const found = findCertificate(this.#sources, serverName);
    if (found instanceof Promise) return found.then((certificate) => this.#terms(certificate));
    return this.#terms(found);
  }

  /** True when who shows no certificate is let in all the same. */
  get mayBeAnonymous(): boolean {
    return this.#config.clientCertificate !== 'require';
  }

  #terms(certificate: ServerCertificate = this.#noCertificate): TlsTerms {
    const { clientCertificate = 'off' } = this.#config;
    return {
      secureContext: this.#contextOf(certificate),
      asksForCertificate: clientCertificate !== 'off',
      requiresCertificate: clientCertificate === 'require',
      protocols,
    };
  }

  #contextOf(certificate: ServerCertificate): SecureContext {
    const ticketKey = ticketKeys.current;
    const cached = this.#contexts.get(certificate);
    if (cached?.ticketKey === ticketKey) return cached.context;
    const context = this.#createContext(certificate, ticketKey);
    this.#contexts.set(certificate, { context, ticketKey });
    return context;
  }

  #createContext({ chains }: ServerCertificate, ticketKeys: Buffer): SecureContext {
    const { minVersion = 'TLSv1.2', ciphers = defaultCiphers } = this.#config;
    return createSecureContext({
      cert: chains.map(({ cert }) => cert),
      key: chains.map(({ key }) => key),
      ca: [...this.#clientCa], // an empty list keeps the system's authorities out
      minVersion,
      ciphers,
      ecdhCurve: keyExchangeGroups,
      ticketKeys,
      sessionIdContext: this.#sessionIdContext,
      sessionTimeout: sessionTimeoutSeconds,
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
    });
  }

  /** Sessions are resumed only where clients are asked to prove the same: the certificate is not verified again. */
  #identityOfClients(): string {
    const { clientCertificate = 'off' } = this.#config;
    const hash = createHash('sha256').update(clientCertificate);
    for (const certificate of this.#clientCa) hash.update(certificate);
    return hash.digest('hex').slice(0, 32);
  }
}

/** The TLS of each listener that has it. */
export function createListenerTls<
  Listener extends { readonly tls?: boolean | ListenerTlsConfig | undefined },
>(listeners: readonly Listener[], sources: readonly CertificateSource[]): ReadonlyMap<Listener, ListenerTls> {
  const encrypted = listeners.filter(({ tls = false }) => tls !== false);
  return new Map(
    encrypted.map((listener) => [
      listener,
      new ListenerTls(listener.tls === true ? {} : (listener.tls as ListenerTlsConfig), sources),
    ]),
  );
}
