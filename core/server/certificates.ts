import { Service } from '../pipeline/tokens.ts';

/** What a server shows for one name: a chain and its key, at most one of each kind of key (ECDSA, RSA). */
export interface ServerCertificate {
  readonly chains: readonly {
    /** PEM, the server's own certificate first. */
    readonly cert: string;
    /** PEM, not encrypted. */
    readonly key: string;
  }[];
}

type Found = ServerCertificate | undefined;

/**
 * Gives certificates to TLS listeners. An object stands for one certificate: after a renewal another one is returned. A
 * promise that rejects ends the handshake and is logged.
 */
export interface CertificateSource {
  /** For a server name in lower case, an exact one before a wildcard; undefined: none for this name. */
  find(serverName: string): Found | Promise<Found>;
  /** For clients that ask for no name, or for one that no source knows; undefined: none. */
  fallback(): Found | Promise<Found>;
}

/**
 * Plugins that provide certificates. There may be several: the first in the order of the list that has one for the
 * name is taken, then the first that has a fallback.
 */
export const CertificateSource = new Service<CertificateSource>('certificate-source', 'many');

/** Asks the sources in their order; a promise only where a source gave one. */
export function findCertificate(
  sources: readonly CertificateSource[],
  serverName: string | undefined,
): Found | Promise<Found> {
  const questions = sources.map((source) => () => source.fallback());
  if (serverName !== undefined) questions.unshift(...sources.map((source) => () => source.find(serverName)));
  return firstAnswer(questions, 0);
}

function firstAnswer(questions: (() => Found | Promise<Found>)[], from: number): Found | Promise<Found> {
  for (let at = from; at < questions.length; at++) {
    const answer = questions[at]!();
    if (answer instanceof Promise) return answer.then((found) => found ?? firstAnswer(questions, at + 1));
    if (answer !== undefined) return answer;
  }
  return undefined;
}
