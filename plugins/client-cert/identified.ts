import type { X509Certificate } from 'node:crypto';
import { FieldBlock, type ConnectionTls } from '../../core/index.ts';
import type { ClientIdentity } from './tokens.ts';

/** What is made of a client's certificate once for its connection. */
export interface Identified {
  readonly identity: ClientIdentity;
  /** Client-Cert, and Client-Cert-Chain where it is wanted and there is one. */
  readonly fields: FieldBlock;
}

/** RFC 9440 2.1: the DER as a byte sequence of structured fields. */
const byteSequence = (certificate: X509Certificate): string => `:${certificate.raw.toString('base64')}:`;

/** What the client sent besides its own certificate, in its order. */
function issuersOf(certificate: X509Certificate): X509Certificate[] {
  const issuers: X509Certificate[] = [];
  let { issuerCertificate: next } = certificate;
  while (
    next !== undefined &&
    !issuers.some(({ fingerprint256 }) => fingerprint256 === next!.fingerprint256)
  ) {
    issuers.push(next);
    next = next.issuerCertificate;
  }
  return issuers;
}

function identify(certificate: X509Certificate, withChain: boolean): Identified {
  const { subject, issuer, serialNumber, fingerprint256, subjectAltName } = certificate;
  const issuers = withChain ? issuersOf(certificate) : [];
  const chain = issuers.length > 0 ? { 'Client-Cert-Chain': issuers.map(byteSequence).join(', ') } : {};
  return {
    identity: { subject, issuer, serialNumber, fingerprint256, subjectAltName, certificate },
    fields: FieldBlock.from({ 'Client-Cert': byteSequence(certificate), ...chain }),
  };
}

/** Remembers what was made for a connection as long as the connection lasts. */
export class IdentifiedConnections {
  readonly #withChain: boolean;
  readonly #known = new WeakMap<ConnectionTls, Identified>();

  constructor(withChain: boolean) {
    this.#withChain = withChain;
  }

  of(tls: ConnectionTls, certificate: X509Certificate): Identified {
    const known = this.#known.get(tls);
    if (known !== undefined) return known;
    const identified = identify(certificate, this.#withChain);
    this.#known.set(tls, identified);
    return identified;
  }
}
